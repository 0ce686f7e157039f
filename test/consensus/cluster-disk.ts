/** What survives a crash of a test node, and the check that nothing leaves which says more than the disk does. */
import assert from 'node:assert/strict';
import type { ConsensusMessage } from '../../consensus/messages.js';
import type { VoteState } from '../../consensus/vote-state.js';
import type { Block } from '../../ledger/values/block.js';
import type { Hash, PublicKey } from '../../ledger/values/text.js';
import type { Certificate } from '../../ledger/values/vote.js';

export interface ClusterDisk {
  voteState: VoteState | undefined;
  readonly bodies: Map<Hash, Block>;
  readonly final: Block[];
  readonly certificates: Map<Hash, Certificate>;
}

/** As a new key has it. */
export const createDisk = (lock: Certificate): ClusterDisk => ({
  voteState: { version: 1, lock, watermark: { view: lock.view, step: 'commit' } },
  bodies: new Map(),
  final: [],
  certificates: new Map(),
});

/** @param bodyOf the body at hand; undefined: it is final meanwhile, which the core hears with its next input */
export function writeVoteState(
  disk: ClusterDisk,
  voteState: VoteState,
  bodies: readonly Hash[],
  bodyOf: (hash: Hash) => Block | undefined,
): void {
  const before = disk.voteState?.watermark;
  if (before !== undefined) assert.ok(voteState.watermark.view >= before.view, 'a watermark fell');
  disk.voteState = voteState;
  const keep = new Set(bodies);
  for (const hash of disk.bodies.keys()) if (!keep.has(hash)) disk.bodies.delete(hash);
  for (const hash of bodies) {
    const block = bodyOf(hash);
    if (block !== undefined) disk.bodies.set(hash, block);
  }
}

/** [5-persist-first] What leaves under the own key never says more than the disk does. */
export function checkPersisted({ voteState }: ClusterDisk, key: PublicKey, message: ConsensusMessage): void {
  const { watermark, lock } = voteState!;
  if (message.type === 'vote' && message.vote.validator === key) {
    const { view, phase } = message.vote;
    const covered =
      watermark.view > view || (watermark.view === view && (watermark.step === 'commit' || phase === 'prepare'));
    assert.ok(covered && watermark.step !== 'propose', `a ${phase} vote left before it was on disk`);
  }
  if (message.type === 'proposal' && message.proposal.validator === key) {
    assert.ok(watermark.view >= message.proposal.view, 'a proposal left before it was on disk');
  }
  if (message.type === 'new_view') {
    const named = message.new_view.lock;
    assert.ok(
      lock.epoch > named.epoch || lock.view >= named.view || named.epoch < lock.epoch,
      'a lock was named first',
    );
  }
}
