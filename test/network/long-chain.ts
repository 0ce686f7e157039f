/** Writes a long chain into the ledger of its one validator, as if it had run: real blocks, proofs and certificates. */
import { signTransaction } from '../../client/account.js';
import { assembleCertificate } from '../../consensus/certificate.js';
import type { LedgerContext } from '../../ledger/context.js';
import { draftBlock } from '../../ledger/draft-block.js';
import { genesisState } from '../../ledger/genesis-state.js';
import { createOverlay } from '../../ledger/overlay.js';
import { readEpoch } from '../../ledger/state-keys.js';
import { chainIdOf } from '../../ledger/values/genesis-file.js';
import { toAmount, toEpoch, toHeight, toNonce, toSlot, toView, type View } from '../../ledger/values/numbers.js';
import { voteSigningText } from '../../ledger/values/signing.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Transfer } from '../../ledger/values/transaction.js';
import type { Certificate } from '../../ledger/values/vote.js';
import { createCrypto } from '../../server/crypto/create-crypto.js';
import { homePaths } from '../../server/home/home.js';
import { developmentSigner, openKeys } from '../../server/node-runtime/keys.js';
import type { FinalBlock, VoteStateNames } from '../../server/replica/ports.js';
import { createLedgerStore } from '../../server/storage/ledger-store.js';
import { createVoteStateStore } from '../../server/storage/vote-state-file.js';
import type { Homes } from './homes.js';

export interface LongChain {
  readonly blocks: number;
  readonly paymentsPerBlock: number;
  /** A VRF proof costs more than all else of a block, and only the first of a slot has one. */
  readonly blocksPerSlot: number;
}

/** In one database transaction. */
const batchBlocks = 64;

/** Slots that the chain needs; its genesis must lie so far in the past. */
export const slotsOf = ({ blocks, blocksPerSlot }: LongChain): number => Math.ceil(blocks / blocksPerSlot) + 1;

export async function writeLongChain(homes: Homes, plan: LongChain): Promise<void> {
  const crypto = createCrypto();
  const { genesis, genesisHash: hash, treasury, shop } = homes;
  // What is signed here need not be checked here: those who fetch it do.
  const context: LedgerContext = {
    genesis,
    genesisHash: hash,
    chain: chainIdOf(genesis, hash),
    crypto,
    isKnownGood: () => true,
  };
  const { changes } = genesisState(context);
  const state = createOverlay({ get: () => undefined, node: () => undefined });
  state.absorb(changes);
  const tip = { index: toHeight(0), hash, epoch: toEpoch(0), slot: toSlot(0), view: toView(0) };
  const store = createLedgerStore({
    path: homePaths(homes.homes[0]!).ledger,
    worker: false,
    genesis: () => ({ changes, tip }),
    onFailure: (error) => {
      throw error;
    },
  });
  const paths = homePaths(homes.homes[0]!);
  const { validator: keys } = await openKeys(paths);
  const payer = developmentSigner(paths, 'treasury');
  if (keys === undefined || payer === undefined) throw new Error(`${paths.home} has the keys of the chain`);
  const { signer: validator, vrf } = keys;
  let parent: Hash = hash;
  let justifyView: View = toView(0);
  let lock: Certificate | undefined;
  let nonce = 0;
  let batch: FinalBlock[] = [];
  const pay = (): Transfer & { signature: ReturnType<typeof payer.sign> } =>
    signTransaction(
      {
        type: 'transfer',
        chain: context.chain,
        from: treasury.address,
        nonce: toNonce(nonce++),
        fee: toAmount(1),
        outputs: [{ to: shop.address, amount: toAmount(1) }],
      },
      payer,
    );
  for (let i = 0; i < plan.blocks; i += 1) {
    const slot = toSlot(1 + Math.floor(i / plan.blocksPerSlot));
    const round = i % plan.blocksPerSlot;
    const set = readEpoch(state);
    const draft = draftBlock({
      context,
      state,
      parent,
      slot,
      round,
      justifyView,
      proposer: validator.publicKey,
      vrfProof: (alpha) => vrf.prove(alpha),
      candidates: Array.from({ length: plan.paymentsPerBlock }, pay),
      evidence: [],
    });
    if (draft === undefined) throw new Error(`there is nothing to add at slot ${slot}`);
    const { block, executed } = draft;
    justifyView = toView(slot * genesis.parameters.rounds_per_slot + round);
    const vote = {
      chain: context.chain,
      epoch: block.epoch,
      view: justifyView,
      block: block.hash,
      phase: 'commit' as const,
      justify_view: block.justify_view,
    };
    const signature = validator.sign(voteSigningText(vote));
    const certificate = assembleCertificate(set, [{ ...vote, validator: validator.publicKey, signature }]);
    state.absorb(executed.changes);
    parent = block.hash;
    lock = certificate;
    batch.push({ block, certificate, changes: executed.changes, receipts: executed.receipts });
    if (batch.length < batchBlocks && i < plan.blocks - 1) continue;
    store.append(batch, () => undefined);
    batch = [];
  }
  await store.close();
  if (lock !== undefined) writeLastVote(paths.keys, { key: validator.publicKey, genesis: hash }, lock);
}

/** Without it the vote state would be older than the ledger, and its validator would wait for others. */
function writeLastVote(keys: string, names: VoteStateNames, lock: Certificate): void {
  const votes = createVoteStateStore(keys, names);
  votes.write({ version: 1, lock, watermark: { view: lock.view, step: 'commit' } }, [], []);
  votes.close();
}
