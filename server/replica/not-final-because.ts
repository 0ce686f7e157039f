/** [8-not-final-because] Why something waits that is not becoming final, in one sentence; the nearest reason first. */
import type { Slot } from '../../ledger/values/numbers.js';
import type { PublicKey } from '../../ledger/values/text.js';
import type { SyncProgress } from '../sync/sync-interface.js';
import type { NonceGap, RoomWait } from './ports.js';

/** What is looked at, in the order of what it explains: this node's own state, then the others'. */
export interface Progress {
  /** Whether anything waits to become final. */
  readonly waits: boolean;
  /** Why this node signs nothing, whatever its clock. */
  readonly signsNothing: string | undefined;
  readonly clockSuspect: boolean;
  /** What `clockBehind` says. */
  readonly clockBehind: string | undefined;
  readonly sync: SyncProgress['state'];
  /** Final blocks that are not on disk. */
  readonly unstored: number;
  /** One of all that waits, if it waits for nothing but earlier nonces and room in the queue of stakes. */
  readonly onlyGap: NonceGap | RoomWait | undefined;
  /** Since the last block became final. */
  readonly silentMs: number;
  /** How long something that a leader could propose has waited since the last block became final. */
  readonly waitedMs: number;
  readonly slotDurationMs: number;
  readonly validators: readonly { readonly key: PublicKey }[];
  /** Names that genesis gives; validators who came later have none. */
  readonly named: readonly { readonly key: PublicKey; readonly name?: string }[];
  readonly ownKey: PublicKey | undefined;
  readonly peers: number;
  /** What the consensus core says that it waits for. */
  readonly waitingFor: string | undefined;
}

/** @returns undefined: nothing waits, or it has not waited long. */
export function notFinalBecause(progress: Progress): string | undefined {
  if (!progress.waits) return undefined;
  if (progress.signsNothing !== undefined) return progress.signsNothing;
  if (progress.clockSuspect) return 'The clock of this machine differs too much from those of the other validators.';
  if (progress.sync === 'syncing') return 'This node is still fetching final blocks from its peers.';
  if (progress.clockBehind !== undefined) return progress.clockBehind;
  if (progress.unstored >= 64) return 'The disk does not keep up: 64 final blocks are unwritten.';
  const long = 3 * progress.slotDurationMs;
  // Nothing is due to become final then: a silent network is as it should be.
  if (progress.onlyGap !== undefined) return progress.silentMs < long ? undefined : gapText(progress.onlyGap);
  if (progress.waitedMs < long) return undefined;
  const others = progress.validators.filter(({ key }) => key !== progress.ownKey).length;
  const waitingFor = progress.waitingFor && withNames(progress.waitingFor, progress.named);
  if (others === 0) return waitingFor;
  if (progress.peers === 0) return 'No peer is connected, and validators elsewhere have to vote.';
  const since = `Nothing has become final for ${Math.floor(progress.waitedMs / 1000)} seconds.`;
  return `${since} ${waitingFor ?? 'No leader has proposed a block.'}`;
}

/**
 * Nobody signs for a slot twice: where the clocks of all were set back there is nothing to do but wait, or to set them right.
 *
 * @param aheadMs from now until the slot of the last final block begins
 */
export function clockBehind(slot: Slot, aheadMs: number, slotDurationMs: number): string | undefined {
  // Before genesis_time it is slot 0 for everybody.
  if (slot === 0 || aheadMs <= slotDurationMs) return undefined;
  const seconds = Math.ceil(aheadMs / 1000);
  return `The last final block is of slot ${slot}, which begins in ${seconds} seconds by the clock of this machine, and nothing is signed for earlier ones: is the clock right?`;
}

/** The core knows keys only; whoever has to call the others knows their names. */
function withNames(sentence: string, named: Progress['named']): string {
  const names = new Map(named.map(({ key, name }) => [`${key.slice(0, 10)}…`, name]));
  return sentence.replace(/0x[0-9a-f]{8}…/g, (short) => {
    const name = names.get(short);
    return name === undefined ? short : `${name} (${short})`;
  });
}

function gapText(gap: NonceGap | RoomWait): string {
  if ('queue_full' in gap) {
    return `What waits here waits for room in the queue of stakes, as ${gap.id}: an epoch change or two make it.`;
  }
  const { id, lane, nonce, missing } = gap;
  return `What waits here waits for earlier nonces of its senders, as ${id} (nonce ${nonce} of lane ${lane}) for nonce ${missing}.`;
}
