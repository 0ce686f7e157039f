/**
 * Who gives way in a full pool: transactions that wait behind a gap or for room in the queue of stakes, then those that pay clearly less, each the last of its lane
 * when its turn comes.
 */
import type { Transaction } from '../../ledger/values/transaction.js';
import { isHeldUp, type Lane, type Waiting } from './lane.js';
import type { LaneOrder } from './lane-order.js';

/** The longest transfer is about as long as so many short ones. */
const maxVictims = 128;

/** By a tenth at least, so that replacing is never free. */
export const outbids = (newer: Transaction, older: Transaction): boolean =>
  newer.fee - older.fee >= Math.max(1, older.fee / 10);

interface Over {
  readonly count: number;
  readonly bytes: number;
}

/**
 * What cannot go gives way first, whatever its fee: it pays nothing, and nobody knows whether it ever will.
 *
 * @param waits whether the newer one could not go itself: then it pushes out none that do not
 * @returns whose going frees so many places and bytes, or undefined when that would cost somebody who pays as much
 */
export function chooseVictims(
  { tails, gappedTails }: Pick<LaneOrder, 'tails' | 'gappedTails'>,
  newer: Transaction,
  waits: boolean,
  over: Over,
): readonly Waiting[] | undefined {
  const victims: Waiting[] = [];
  let { count, bytes } = over;
  const isEnough = (): boolean => count <= 0 && bytes <= 0;
  const giveWay = (victim: Waiting): void => {
    victims.push(victim);
    count -= 1;
    bytes -= victim.bytes;
  };
  // Its own lane's tail may be what it waits for.
  const isOwn = (lane: Lane): boolean => lane.from === newer.from && lane.number === (newer.lane ?? 0);

  /** @returns whether any of it may go */
  function takeFrom(lane: Lane, mayGo: (victim: Waiting) => boolean): boolean {
    const before = victims.length;
    for (const victim of fromTheEnd(lane)) {
      if (isEnough() || victims.length === maxVictims || !mayGo(victim)) break;
      giveWay(victim);
    }
    return victims.length > before;
  }

  for (const lane of isEnough() ? [] : gappedTails.ascending()) {
    if (isOwn(lane)) continue;
    const mayGo = (victim: Waiting): boolean =>
      isHeldUp(lane, victim.transaction.nonce) && (!waits || outbids(newer, victim.transaction));
    if (isEnough() || !takeFrom(lane, mayGo)) break;
  }
  for (const lane of isEnough() || waits ? [] : tails.ascending()) {
    if (isOwn(lane)) continue;
    if (isEnough() || !takeFrom(lane, ({ transaction }) => outbids(newer, transaction))) break;
  }
  return isEnough() ? victims : undefined;
}

function* fromTheEnd(lane: Lane): Generator<Waiting, void, undefined> {
  for (let nonce = lane.highest; nonce >= lane.lowest; nonce -= 1) {
    const waiting = lane.byNonce.get(nonce);
    if (waiting !== undefined) yield waiting;
  }
}
