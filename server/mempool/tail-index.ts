/**
 * Lanes by the fee of their last transaction: who gives way when the pool is full. Only a lane's last one can go
 * without leaving a gap behind.
 */
import type { Lane } from './lane.js';

export interface TailIndex {
  /** To be called after every change of a lane. @param belongs whether it is to be in this index, if anything of it waits */
  update(lane: Lane, belongs: boolean): void;
  /** Lanes by the fee of their tail, ascending. The index must not change meanwhile. */
  ascending(): Iterable<Lane>;
}

export function createTailIndex(): TailIndex {
  const feeByLane = new Map<Lane, number>();
  const lanesByFee = new Map<number, Set<Lane>>();
  /** The keys of `lanesByFee`, ascending. */
  const fees: number[] = [];

  /** Where `fee` stands or belongs. */
  function place(fee: number): number {
    let low = 0;
    let high = fees.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (fees[middle]! < fee) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    update(lane, belongs) {
      const before = feeByLane.get(lane);
      const now = belongs ? lane.byNonce.get(lane.highest)?.transaction.fee : undefined;
      if (before === now) return;
      if (before !== undefined) {
        const lanes = lanesByFee.get(before)!;
        lanes.delete(lane);
        if (lanes.size === 0) {
          lanesByFee.delete(before);
          fees.splice(place(before), 1);
        }
      }
      if (now === undefined) {
        feeByLane.delete(lane);
        return;
      }
      feeByLane.set(lane, now);
      const lanes = lanesByFee.get(now);
      if (lanes !== undefined) lanes.add(lane);
      else {
        lanesByFee.set(now, new Set([lane]));
        fees.splice(place(now), 0, now);
      }
    },
    *ascending() {
      for (const fee of fees) yield* lanesByFee.get(fee)!;
    },
  };
}
