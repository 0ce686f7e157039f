/**
 * Questions about accounts: as of a height, in a list, and their transactions newest first. What an account is now is
 * proved by the state root; what it was has no root in the file, and the last of it has to be what it is now.
 */

import { accountKey, ownerKey, validatorKey } from '../../ledger/state-keys.js';
import { canonicalJson } from '../../ledger/values/canonical.js';
import type { Amount, Height } from '../../ledger/values/numbers.js';
import { toAmount } from '../../ledger/values/numbers.js';
import type { AccountEntry, OwnerEntry, ValidatorEntry } from '../../ledger/values/state.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import { createHistoryReader, type HistoryRow } from './account-history.js';
import { type CheckedReader, checkedTransaction } from './checked-reader.js';
import { checking, damage } from './ledger-damage.js';
import type { AccountTransaction, LedgerQueries, Page } from './ledger-queries.js';
import type { TransactionRow } from './ledger-reader.js';
import { accountOf, positionsOf, stateText } from './ledger-rows.js';
import { boundedLimit, readCursor, writeCursor } from './list-cursor.js';
import type { Connection } from './sqlite.js';

const empty: Page<never> = { items: [], nextCursor: null };

type AccountQueries = Pick<LedgerQueries, 'account' | 'accounts' | 'accountTransactions'>;

interface KnownAccount {
  readonly id: number;
  readonly last_change: number;
  readonly last_touched: number | null;
}

/** Where a list of transactions goes on: in this row, with the positions below `before`. */
interface ListPlace {
  readonly at: HistoryRow;
  readonly before: number;
}

/** Rows that one question looks at; where accounts without money stand among them, a page is shorter than asked for. */
const maxRowsListed = 256;

/** Called inside one read of the checked reader. */
export function createAccountQueries(database: Connection, reader: CheckedReader): AccountQueries {
  const historyFrom = database.prepare('SELECT history_from FROM chain').pluck();
  const known = database.prepare('SELECT id, last_change, last_touched FROM accounts WHERE address = ?');
  const history = createHistoryReader(database);
  const validatorChangedAfter = database
    .prepare('SELECT 1 FROM validator_history WHERE owner = ? AND idx > ? LIMIT 1')
    .pluck();
  const validatorAsOf = database
    .prepare(
      `SELECT entry FROM validator_history WHERE owner = ? AND idx <= ?
       ORDER BY idx DESC, entry IS NULL LIMIT 1`,
    )
    .pluck();
  const listed = database.prepare('SELECT id, address, balance FROM accounts WHERE id > ? ORDER BY id LIMIT ?');
  const inBlock = database.prepare(
    `SELECT n, transactions.idx, position, id, body, slot, hash, header, first_transaction, transaction_count
     FROM blocks JOIN transactions ON n = first_transaction + ? WHERE blocks.idx = ?`,
  );

  function newest({ id, last_touched: n }: KnownAccount): ListPlace | undefined {
    return n === null ? undefined : { at: history.row(id, n), before: Number.MAX_SAFE_INTEGER };
  }

  /** undefined: no list gave out this cursor. */
  function placeOf({ id, last_change }: KnownAccount, cursor: string): ListPlace | undefined {
    const [idx, before] = readCursor(cursor, 2) ?? [];
    if (idx === undefined || before === undefined) return undefined;
    const at = history.asOf(id, last_change, idx);
    return at?.idx === idx && at.positions !== null ? { at, before } : undefined;
  }

  function readTransaction(address: Address, idx: number, position: number): AccountTransaction {
    const row = inBlock.get(position, idx) as (TransactionRow & { id: TransactionId }) | undefined;
    if (row?.idx !== idx || row.position !== position) damage(`transaction ${position} of block ${idx} is missing`);
    const { transaction, receipt } = checkedTransaction(row, row.id);
    if (!touches(transaction, address)) damage(`transaction ${row.id} is listed with ${address} and does not touch it`);
    return { ...receipt, ...flowOf(address, transaction), fee: transaction.fee, transaction };
  }

  function entryNow(address: Address) {
    const owned = reader.get(ownerKey(address)) as OwnerEntry | undefined;
    return {
      entry: reader.get(accountKey(address)) as AccountEntry | undefined,
      validator: owned && (reader.get(validatorKey(owned.validator)) as ValidatorEntry | undefined),
    };
  }

  function entryThen(address: Address, at: Height) {
    const row = known.get(address) as KnownAccount | undefined;
    const then = row && history.asOf(row.id, row.last_change, at);
    const text = validatorAsOf.get(address, at) as string | null | undefined;
    const entry = then && accountOf(then, accountKey(address));
    const validator = text == null ? undefined : stateText<ValidatorEntry>(text, ownerKey(address));
    const now = entryNow(address);
    const isSame = checking(
      `the history of ${address}`,
      () =>
        ((row !== undefined && then?.n !== row.last_change) || sameJson(entry, now.entry)) &&
        (validatorChangedAfter.get(address, at) !== undefined || sameJson(validator, now.validator)),
    );
    if (!isSame) damage(`the history of ${address} does not end with what the account is now`);
    return { entry, validator };
  }

  return {
    account(address: Address, index?: Height) {
      const tip = reader.tip().index;
      const at = Math.min(index ?? tip, tip) as Height;
      if (at < (historyFrom.get() as number)) return 'pruned' as const;
      const { entry, validator } = at === tip ? entryNow(address) : entryThen(address, at);
      return { entry, ...(validator === undefined ? {} : { validator }), index: at };
    },

    accounts(limit, cursor) {
      const from = cursor === undefined ? [0] : readCursor(cursor, 1);
      if (from === undefined) return empty;
      const count = boundedLimit(limit);
      const most = Math.max(maxRowsListed, count + 1);
      const rows = listed.all(from[0], most) as { id: number; address: Address; balance: number | null }[];
      const items: { readonly address: Address; readonly balance: Amount }[] = [];
      let last = from[0]!;
      for (const { id, address, balance } of rows) {
        if (items.length === count) break;
        last = id;
        if (balance === null || balance === 0) continue;
        const entry = reader.get(accountKey(address)) as AccountEntry | undefined;
        if (entry?.balance !== balance) {
          damage(`the balance of ${address} does not follow from the root in the last block`);
        }
        items.push({ address, balance: toAmount(balance) });
      }
      const isEnd = rows.length < most && last === (rows.at(-1)?.id ?? last);
      return { items, nextCursor: isEnd ? null : writeCursor(last) };
    },

    accountTransactions(address: Address, limit: number, cursor?: string) {
      const row = known.get(address) as KnownAccount | undefined;
      const start = row && (cursor === undefined ? newest(row) : placeOf(row, cursor));
      if (start === undefined) return empty;
      const count = boundedLimit(limit);
      const items: AccountTransaction[] = [];
      let { before } = start;
      for (let at: HistoryRow | undefined = start.at; at !== undefined; at = history.touchBefore(at)) {
        const { idx, positions } = at;
        if (positions === null) damage(`the transactions of ${address} in block ${idx} are missing`);
        for (const position of positionsOf(positions, idx).reverse()) {
          if (position >= before) continue;
          const last = items.at(-1);
          if (items.length === count && last) return { items, nextCursor: writeCursor(last.index, last.position) };
          items.push(readTransaction(address, idx, position));
        }
        before = Number.MAX_SAFE_INTEGER;
      }
      return { items, nextCursor: null };
    },
  };
}

const sameJson = (one: unknown, other: unknown): boolean =>
  one === undefined || other === undefined ? one === other : canonicalJson(one) === canonicalJson(other);

const touches = (transaction: Transaction, address: Address): boolean =>
  transaction.from === address ||
  (transaction.type === 'transfer' && transaction.outputs.some(({ to }) => to === address));

/** What the transaction moved, seen from one account; a `self` moves nothing to anyone else. */
function flowOf(address: Address, transaction: Transaction): Pick<AccountTransaction, 'direction' | 'amount'> {
  if (transaction.type === 'stake') return { direction: 'out', amount: transaction.amount };
  if (transaction.type === 'unstake') return { direction: 'self', amount: transaction.amount };
  let own = 0;
  let others = 0;
  for (const { to, amount } of transaction.outputs) {
    if (to === address) own += amount;
    else others += amount;
  }
  if (transaction.from !== address) return { direction: 'in', amount: toAmount(own) };
  return others > 0 ? { direction: 'out', amount: toAmount(others) } : { direction: 'self', amount: toAmount(own) };
}
