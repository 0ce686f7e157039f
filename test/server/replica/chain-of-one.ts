/** The chain of one validator over an epoch change, and a replica of it that knows nothing yet. */
import assert from 'node:assert/strict';
import { assembleCertificate, referenceTo } from '../../../consensus/certificate.js';
import { readCertifyingSet } from '../../../ledger/state-keys.js';
import type { Block } from '../../../ledger/values/block.js';
import { type Epoch, toAmount, toNonce, toView } from '../../../ledger/values/numbers.js';
import { proposalSigningText, transactionSigningText, voteSigningText } from '../../../ledger/values/signing.js';
import type { TransactionBody } from '../../../ledger/values/transaction.js';
import type { Certificate, Phase } from '../../../ledger/values/vote.js';
import { person } from '../../ledger/test-chain.js';
import { type ClusterOptions, cluster } from '../replica-cluster.js';

const { validator } = person('v1');

export function pay(nodes: ReturnType<typeof cluster>, nonce: number): void {
  const { address, account } = person('ann');
  const body: TransactionBody = {
    chain: nodes.context.chain,
    type: 'transfer',
    from: address,
    nonce: toNonce(nonce),
    fee: toAmount(1),
    outputs: [{ to: person('bob').address, amount: toAmount(10) }],
  };
  const transaction = { ...body, signature: account.sign(transactionSigningText(body)) };
  nodes.members[0]!.replica.submit([transaction], () => {});
}

/** Blocks 1 and 2 of epoch 0, of which the second closes it, then 3 and 4 of epoch 1, each with its finality. */
export function chainOfOne() {
  const nodes = cluster(['v1']);
  for (const [nonce, slot] of [2, 12, 14, 16].entries()) {
    nodes.time.runUntil(slot * 1000 + 100);
    pay(nodes, nonce);
  }
  nodes.time.runUntil(18_000);
  const { blocks, certificates, state } = nodes.members[0]!;
  const made = blocks.slice(1);
  const finality = made.map(({ hash }) => certificates.get(hash)!);
  assert.deepEqual(
    made.map(({ epoch, next_epoch }) => [epoch, next_epoch?.number]),
    [
      [0, undefined],
      [0, 1],
      [1, undefined],
      [1, undefined],
    ],
  );
  const { chain } = nodes.context;

  /** What the validator of this chain could sign, if it wanted. */
  const certificateOf = (block: Block, phase: Phase, epoch: Epoch = block.epoch): Certificate => {
    const view = toView(block.slot * nodes.context.genesis.parameters.rounds_per_slot + block.round);
    const body = { chain, epoch, view, block: block.hash, phase, justify_view: block.justify_view };
    const signature = validator.sign(voteSigningText(body));
    return assembleCertificate(readCertifyingSet(state, epoch)!, [
      { ...body, validator: validator.publicKey, signature },
    ]);
  };
  const proposalOf = (block: Block, justify: Certificate) => {
    const view = toView(block.slot * nodes.context.genesis.parameters.rounds_per_slot + block.round);
    const body = { chain, epoch: block.epoch, view, block: block.hash, justify: referenceTo(justify) };
    const signature = validator.sign(proposalSigningText(body));
    const proposal = { ...body, validator: validator.publicKey, signature };
    return { type: 'new_block', proposal, block, justify } as const;
  };
  return { nodes, blocks: made, finality, certificateOf, proposalOf };
}

/** Of the same chain, with the key of its validator, started at this slot. */
export function newcomer(slot: number, options: ClusterOptions = {}) {
  const nodes = cluster(['v1'], { startMs: slot * 1000, ...options });
  const [member] = nodes.members;
  const { replica } = member!;
  return {
    nodes,
    member: member!,
    replica,
    receive: (message: Parameters<typeof replica.receive>[1]) => replica.receive('peer', message),
  };
}
