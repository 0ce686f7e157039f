/**
 * What accounts were: rows that are only appended, so that a payment writes to the end of a table and not to two random pages of it. Each row
 * points back (jump-depth.ts); a balance as of any height takes a logarithmic number of reads.
 */

import { jumpDepth } from './jump-depth.js';
import { damage } from './ledger-damage.js';
import type { Connection } from './sqlite.js';

/** An account's rows so far, as its row in `accounts` names them. */
export interface HistoryEnd {
  readonly changes: number;
  /** Row of the last change, and where that one jumps. */
  readonly last_change: number;
  readonly last_jump: number | null;
  /** Row of the last change by a block with transactions that touch the account. */
  readonly last_touched: number | null;
}

export interface AccountChange {
  readonly idx: number;
  readonly balance: number | null;
  readonly nonces: string | null;
  /** Positions of the block's transactions that touch the account, as a JSON array; null: none does. */
  readonly positions: string | null;
}

/** Appends a change. @param end undefined: the account is new. @returns the end as it is then. */
export function createHistoryWriter(
  database: Connection,
): (account: number, end: HistoryEnd | undefined, change: AccountChange) => HistoryEnd {
  const insert = database.prepare('INSERT INTO account_history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const jumpOf = database.prepare('SELECT jump FROM account_history WHERE n = ?').pluck();
  let next = database.prepare('SELECT coalesce(max(n), 0) + 1 FROM account_history').pluck().get() as number;

  function jumpAfter({ changes, last_change, last_jump }: HistoryEnd): number {
    return jumpDepth(changes) === changes - 1 ? last_change : (jumpOf.get(last_jump) as number);
  }

  return (account, end, { idx, balance, nonces, positions }) => {
    const n = next;
    next += 1;
    const jump = end === undefined ? null : jumpAfter(end);
    const touchedBefore = positions === null ? null : (end?.last_touched ?? null);
    insert.run(n, account, idx, balance, nonces, positions, end?.last_change ?? null, jump, touchedBefore);
    return {
      changes: (end?.changes ?? 0) + 1,
      last_change: n,
      last_jump: jump,
      last_touched: positions === null ? (end?.last_touched ?? null) : n,
    };
  };
}

export interface HistoryRow extends AccountChange {
  readonly n: number;
  readonly account: number;
  readonly before: number | null;
  readonly jump: number | null;
  readonly touched_before: number | null;
}

export interface HistoryReader {
  /** Row `n`, which has to be there and be the account's. @throws LedgerDamage */
  row(account: number, n: number): HistoryRow;
  /** The account's last row before this one with positions. @throws LedgerDamage */
  touchBefore(row: HistoryRow): HistoryRow | undefined;
  /** The account's last row at or below block `index`, going back from row `from`. @throws LedgerDamage */
  asOf(account: number, from: number, index: number): HistoryRow | undefined;
}

export function createHistoryReader(database: Connection): HistoryReader {
  const byNumber = database.prepare('SELECT * FROM account_history WHERE n = ?');

  function row(account: number, n: number): HistoryRow {
    const found = byNumber.get(n) as HistoryRow | undefined;
    if (found?.account !== account) damage(`row ${n} of account_history is not one of account ${account}`);
    return found;
  }

  /** What is damaged may point anywhere; going back it comes to an end. */
  function earlier({ n: later, account }: HistoryRow, n: number): HistoryRow {
    if (n >= later) damage(`row ${later} of account_history does not point back`);
    return row(account, n);
  }

  /** As far back as one step leads without passing block `index`. */
  function back(at: HistoryRow, index: number): HistoryRow | undefined {
    const far = at.jump === null ? undefined : earlier(at, at.jump);
    if (far !== undefined && far.idx > index) return far;
    return at.before === null ? undefined : earlier(at, at.before);
  }

  return {
    row,
    touchBefore: (at) => (at.touched_before === null ? undefined : earlier(at, at.touched_before)),
    asOf(account, from, index) {
      for (let at: HistoryRow | undefined = row(account, from); at !== undefined; at = back(at, index)) {
        if (at.idx <= index) return at;
      }
      return undefined;
    },
  };
}
