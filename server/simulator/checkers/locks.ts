/** Locks and watermarks never fall on disk; only losing the vote state, which a fault does on purpose, starts anew. */
import type { VoteState } from '../../../consensus/vote-state.js';
import { Violation } from './violation.js';

const stepOrder = { propose: 0, prepare: 1, commit: 2 } as const;

export interface LockBook {
  written(node: number, state: VoteState): void;
  forget(node: number): void;
}

export function createLockBook(): LockBook {
  const last = new Map<number, VoteState>();
  return {
    written(node, state) {
      const before = last.get(node);
      last.set(node, state);
      if (before === undefined) return;
      const lockFell =
        state.lock.epoch < before.lock.epoch ||
        (state.lock.epoch === before.lock.epoch && state.lock.view < before.lock.view);
      // Entering an epoch ranks its closing block's certificate (n, 0), whatever its view.
      if (lockFell && state.lock.phase !== 'commit') {
        throw new Violation('locks never fall', `node ${node}: ${name(before)} to ${name(state)}`);
      }
      const { view, step } = state.watermark;
      const older = before.watermark;
      if (view < older.view || (view === older.view && stepOrder[step] < stepOrder[older.step])) {
        throw new Violation('watermarks never fall', `node ${node}: ${name(before)} to ${name(state)}`);
      }
    },
    forget: (node) => void last.delete(node),
  };
}

const name = ({ lock, watermark }: VoteState): string =>
  `lock (${lock.epoch}, ${lock.view}, ${lock.phase}), watermark (${watermark.view}, ${watermark.step})`;
