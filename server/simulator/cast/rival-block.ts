/** A second valid block for a place where the leader's replica already made one: what an equivocating leader needs. */
import { draftBlock } from '../../../ledger/draft-block.js';
import { readAccount, readEpoch, readNonce } from '../../../ledger/state-keys.js';
import type { Block } from '../../../ledger/values/block.js';
import { toAmount } from '../../../ledger/values/numbers.js';
import { transactionSigningText } from '../../../ledger/values/signing.js';
import type { Transaction, TransactionBody } from '../../../ledger/values/transaction.js';
import type { Stage } from '../actor.js';
import { customerOf, ownerOf, vrfKeyOf } from '../simulated-chain.js';
import { standInKey } from '../stand-in-crypto.js';

/**
 * @param round where it stands; the same place unless said otherwise
 * @returns undefined unless the parent is the last block on the leader's own disk, since only that state is at hand, and
 * the leader is in the set that governs what follows
 */
export function rivalOf(stage: Stage, block: Block, round = block.round): Block | undefined {
  const { context } = stage.chain;
  const { disk } = stage.self();
  if (disk.tip().hash !== block.prev_hash) return undefined;
  const state = { get: disk.get, node: disk.node };
  if (!readEpoch(state).validators.some(({ key }) => key === stage.signer.publicKey)) return undefined;
  const from = ownerOf(stage.node);
  const body: TransactionBody = {
    chain: context.chain,
    type: 'transfer',
    from,
    nonce: readNonce(readAccount(state, from), undefined),
    fee: toAmount(10),
    outputs: [{ to: customerOf(0), amount: toAmount(1) }],
  };
  const owner = stage.chain.keys.signer(standInKey('owner', stage.node));
  const payment = { ...body, signature: owner.sign(transactionSigningText(body)) } as Transaction;
  const draft = draftBlock({
    context,
    state,
    parent: block.prev_hash,
    slot: block.slot,
    round,
    justifyView: block.justify_view,
    proposer: stage.signer.publicKey,
    candidates: [payment],
    evidence: [],
    vrfProof: stage.chain.keys.prover(vrfKeyOf(stage.node)).prove,
  });
  return draft?.block.hash === block.hash ? undefined : draft?.block;
}
