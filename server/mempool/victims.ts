/** Who gives way in a full pool: transactions that pay clearly less, each the last of its lane when its turn comes. */
import type { Transaction } from '../../ledger/values/transaction.js';
import type { Lane, Waiting } from './lane.js';

/** The longest transfer is about as long as so many short ones. */
const maxVictims = 128;

/** By a tenth at least, so that replacing is never free. */
export const outbids = (newer: Transaction, older: Transaction): boolean =>
  newer.fee - older.fee >= Math.max(1, older.fee / 10);

/**
 * @param lanes by the fee of their tail, ascending
 * @returns whose going frees so many places and bytes, or undefined when that would cost somebody who pays as much
 */
export function chooseVictims(
  lanes: Iterable<Lane>,
  transaction: Transaction,
  over: { readonly count: number; readonly bytes: number },
): readonly Waiting[] | undefined {
  const victims: Waiting[] = [];
  let { count, bytes } = over;
  if (count <= 0 && bytes <= 0) return victims;
  for (const lane of lanes) {
    // Its own lane's tail may be what it waits for.
    if (lane.from === transaction.from && lane.number === (transaction.lane ?? 0)) continue;
    const before = victims.length;
    for (const victim of fromTheEnd(lane)) {
      if (!outbids(transaction, victim.transaction) || victims.length === maxVictims) break;
      victims.push(victim);
      count -= 1;
      bytes -= victim.bytes;
      if (count <= 0 && bytes <= 0) return victims;
    }
    if (victims.length === before) return undefined;
  }
  return undefined;
}

function* fromTheEnd(lane: Lane): Generator<Waiting, void, undefined> {
  for (let nonce = lane.highest; nonce >= lane.lowest; nonce -= 1) {
    const waiting = lane.byNonce.get(nonce);
    if (waiting !== undefined) yield waiting;
  }
}
