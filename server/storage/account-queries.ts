/** Questions about accounts: as of a height, by balance, and their transactions newest first. */
import type { Height } from '../../ledger/values/numbers.js';
import { toAmount } from '../../ledger/values/numbers.js';
import type { ValidatorEntry } from '../../ledger/values/state.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { AccountTransaction, LedgerQueries, Page } from './ledger-queries.js';
import { type AccountRow, accountOf } from './ledger-rows.js';
import { boundedLimit, readCursor, writeCursor } from './list-cursor.js';
import type { Connection } from './sqlite.js';

const empty: Page<never> = { items: [], nextCursor: null };

type AccountQueries = Pick<LedgerQueries, 'account' | 'accounts' | 'accountTransactions'>;

export function createAccountQueries(database: Connection): AccountQueries {
  const place = database.prepare('SELECT tip_index, history_from FROM chain');
  const known = database.prepare('SELECT id, last_touched FROM accounts WHERE address = ?');
  const asOf = database.prepare(
    'SELECT balance, nonces FROM account_history WHERE account = ? AND idx <= ? ORDER BY idx DESC LIMIT 1',
  );
  const validatorAsOf = database
    .prepare(
      `SELECT entry FROM validator_history WHERE owner = ? AND idx <= ?
       ORDER BY idx DESC, entry IS NULL LIMIT 1`,
    )
    .pluck();
  const richest = database.prepare(
    `SELECT id, address, balance FROM accounts WHERE balance > 0 AND (balance, id) < (?, ?)
     ORDER BY balance DESC, id DESC LIMIT ?`,
  );
  const touching = database.prepare(
    'SELECT positions, touched_before FROM account_history WHERE account = ? AND idx = ? AND positions IS NOT NULL',
  );
  const inBlock = database.prepare(
    `SELECT id, body, slot FROM blocks JOIN transactions ON n = first_transaction + ? WHERE blocks.idx = ?`,
  );

  function readTransaction(address: Address, idx: number, position: number): AccountTransaction {
    const { id, body, slot } = inBlock.get(position, idx) as { id: string; body: string; slot: number };
    const transaction = JSON.parse(body) as Transaction;
    const { fee } = transaction;
    const flow = flowOf(address, transaction);
    return { id, index: idx, slot, position, ...flow, fee, transaction } as AccountTransaction;
  }

  return {
    account: database.transaction((address: Address, index?: Height) => {
      const { tip_index, history_from } = place.get() as { tip_index: number; history_from: number };
      const at = Math.min(index ?? tip_index, tip_index) as Height;
      if (at < history_from) return 'pruned' as const;
      const row = known.get(address) as { id: number } | undefined;
      const then = row && (asOf.get(row.id, at) as AccountRow | undefined);
      const text = validatorAsOf.get(address, at) as string | null | undefined;
      const validator = text == null ? {} : { validator: JSON.parse(text) as ValidatorEntry };
      return { entry: then && accountOf(then), ...validator, index: at };
    }),

    accounts(limit, cursor) {
      const from = cursor === undefined ? [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] : readCursor(cursor, 2);
      if (from === undefined) return empty;
      const count = boundedLimit(limit);
      const rows = richest.all(...from, count + 1) as { id: number; address: Address; balance: number }[];
      const items = rows.slice(0, count);
      const last = items.at(-1);
      return {
        items: items.map(({ address, balance }) => ({ address, balance: toAmount(balance) })),
        nextCursor: rows.length > count && last ? writeCursor(last.balance, last.id) : null,
      };
    },

    accountTransactions: database.transaction((address: Address, limit: number, cursor?: string) => {
      const row = known.get(address) as { id: number; last_touched: number | null } | undefined;
      const from = cursor === undefined ? [row?.last_touched ?? 0, Number.MAX_SAFE_INTEGER] : readCursor(cursor, 2);
      if (row === undefined || from === undefined) return empty;
      const count = boundedLimit(limit);
      const items: AccountTransaction[] = [];
      let before = from[1]!;
      for (let idx: number | null = from[0]!; idx !== null; before = Number.MAX_SAFE_INTEGER) {
        const block = touching.get(row.id, idx) as { positions: string; touched_before: number | null } | undefined;
        if (block === undefined) break;
        for (const position of (JSON.parse(block.positions) as number[]).reverse()) {
          if (position >= before) continue;
          const last = items.at(-1);
          if (items.length === count && last) return { items, nextCursor: writeCursor(last.index, last.position) };
          items.push(readTransaction(address, idx, position));
        }
        idx = block.touched_before;
      }
      return { items, nextCursor: null };
    }),
  };
}

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
