/**
 * What a replica finds on its disks when it starts. PROTOCOL section 8, last lines. One rule: a vote state of another key,
 * or that is older than a vote in the ledger, counts as lost.
 */
import type { Recovered } from '../../consensus/config.js';
import { slotOfView } from '../../consensus/view.js';
import type { VoteState } from '../../consensus/vote-state.js';
import { readCertifyingSet, readEpoch } from '../../ledger/state-keys.js';
import type { HashedHeader } from '../../ledger/values/block.js';
import type { Parameters } from '../../ledger/values/genesis.js';
import { type Slot, toEpoch, toHeight, toSlot, toView } from '../../ledger/values/numbers.js';
import type { Hash, PublicKey } from '../../ledger/values/text.js';
import type { Certificate } from '../../ledger/values/vote.js';
import type { LedgerStore, RecoveredVoteState } from './ports.js';

/** Final by itself: epoch 0, view 0, without signatures. PROTOCOL section 1. */
export const genesisCertificate = (genesisHash: Hash): Certificate => ({
  phase: 'commit',
  epoch: toEpoch(0),
  view: toView(0),
  block: genesisHash,
  justify_view: toView(0),
  signers: [],
  signatures: [],
});

/** Written together with a new validator key, so that its absence means loss. */
export const initialVoteState = (genesisHash: Hash): VoteState => ({
  version: 1,
  lock: genesisCertificate(genesisHash),
  watermark: { view: toView(0), step: 'commit' },
});

export function recover(
  store: LedgerStore,
  genesisHash: Hash,
  found: RecoveredVoteState | undefined,
  ownKey: PublicKey | undefined,
  clockSlot: Slot,
  parameters: Parameters,
): Recovered {
  const isOf = (one: RecoveredVoteState, key: PublicKey): boolean =>
    !isOfAnotherKey(one, key) && !isOld(store, one, key);
  const voteState = found !== undefined && ownKey !== undefined && !isOf(found, ownKey) ? undefined : found;
  const epoch = readEpoch(store);
  const { index } = store.tip();
  const certified = (at: number): { block: HashedHeader; certificate: Certificate } => {
    const block = store.header(toHeight(at));
    if (block === undefined) throw new Error(`assertion: final block ${at} is on disk`);
    const certificate = at === 0 ? genesisCertificate(genesisHash) : store.certificate(block.hash);
    if (certificate === undefined) throw new Error(`assertion: block ${at} is on disk with its certificate`);
    return { block, certificate };
  };
  const tip = certified(index);
  // [5-lost-vote-state] A clock that is behind at a start says nothing of what it had reached before; the ledger does.
  const reached = toSlot(Math.max(clockSlot, slotOfView(parameters, tip.certificate.view)));
  return {
    epoch,
    tip: tip.block,
    tipCertificate: tip.certificate,
    base: epoch.number === 0 ? certified(0) : certified(closingIndex(store, index, epoch.number)),
    bodies: voteState?.bodies ?? [],
    ...(voteState === undefined ? {} : { voteState: voteState.voteState }),
    ...(voteState === undefined && ownKey !== undefined ? { voteStateLost: { clockSlot: reached } } : {}),
  };
}

/** [5-whose-vote-state] What another key signed says nothing of this one. One without a name may hold a vote that has one. */
export function isOfAnotherKey({ key, voteState }: RecoveredVoteState, ownKey: PublicKey): boolean {
  return (key ?? ownKey) !== ownKey || (voteState.last_prepare?.validator ?? ownKey) !== ownKey;
}

/** Final blocks looked at: in one of so many the certificate is likely to carry every validator that votes. */
const lookedAt = 32;

/** [5-old-vote-state] A restored copy: the ledger holds a vote of this key that is later than anything the vote state knows of. */
function isOld(store: LedgerStore, { voteState }: RecoveredVoteState, ownKey: PublicKey): boolean {
  const { index } = store.tip();
  for (let at = index; at > 0 && at > index - lookedAt; at--) {
    const certificate = store.certificate(store.header(toHeight(at))?.hash ?? ownKey);
    if (certificate === undefined || certificate.view <= voteState.watermark.view) continue;
    const members = readCertifyingSet(store, certificate.epoch)?.validators ?? [];
    if (certificate.signers.some((signer) => members[signer]?.key === ownKey)) return true;
  }
  return false;
}

/** The last block of an epoch before `epoch`. Epochs only grow along the chain, so halving finds it. */
function closingIndex(store: LedgerStore, tip: number, epoch: number): number {
  let low = 0;
  let high = tip;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const block = store.header(toHeight(middle));
    if (middle > 0 && (block?.epoch ?? 0) >= epoch) high = middle - 1;
    else low = middle;
  }
  return low;
}
