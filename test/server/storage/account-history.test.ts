import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHistoryReader, createHistoryWriter, type HistoryEnd } from '../../../server/storage/account-history.js';
import { jumpDepth } from '../../../server/storage/jump-depth.js';
import { ledgerMigrations } from '../../../server/storage/migrations/ledger-migrations.js';
import { openScratch } from '../../../server/storage/open-database.js';

test('a jump goes to the row before, or to where the jump of the row that it jumps to goes', () => {
  const jumps: number[] = [0];
  for (let depth = 1; depth <= 5000; depth += 1) {
    const before = depth - 1;
    const [near, far] = [jumps[before]!, jumps[jumps[before]!]!];
    const doubles = before > 0 && before - near === near - far;
    assert.equal(jumpDepth(depth), doubles ? far : before, `depth ${depth}`);
    jumps.push(jumpDepth(depth));
  }
});

/** Accounts that change every block, every third one, and a few times. */
function written(blocks: number) {
  const database = openScratch(ledgerMigrations);
  const append = createHistoryWriter(database);
  const changes = new Map<number, { readonly idx: number; readonly n: number; readonly touched: boolean }[]>();
  const ends = new Map<number, HistoryEnd>();
  const doesChange = (account: number, idx: number): boolean =>
    account === 1 || (account === 2 && idx % 3 === 0) || (account === 3 && [4, 900, 901].includes(idx));
  for (let idx = 0; idx < blocks; idx += 1) {
    for (const account of [1, 2, 3]) {
      if (!doesChange(account, idx)) continue;
      const touched = idx % 4 !== 0;
      const end = append(account, ends.get(account), {
        idx,
        balance: idx * account,
        nonces: '{}',
        positions: touched ? '[0]' : null,
      });
      ends.set(account, end);
      changes.set(account, [...(changes.get(account) ?? []), { idx, n: end.last_change, touched }]);
    }
  }
  return { database, changes, ends };
}

test('what an account was as of any block is found, in a logarithmic number of reads', (t) => {
  const { database, changes, ends } = written(1000);
  t.after(() => database.close());
  let reads = 0;
  const counting = new Proxy(database, {
    get(target, name) {
      if (name !== 'prepare') return Reflect.get(target, name);
      return (sql: string) => {
        const statement = target.prepare(sql);
        return {
          get(...of: unknown[]) {
            reads += 1;
            return statement.get(...of);
          },
        };
      };
    },
  });
  const history = createHistoryReader(counting);
  for (const [account, rows] of changes) {
    for (let idx = 0; idx < 1000; idx += 1) {
      const wanted = rows.filter((row) => row.idx <= idx).at(-1);
      reads = 0;
      const found = history.asOf(account, ends.get(account)!.last_change, idx);
      assert.deepEqual([found?.n, found?.balance], [wanted?.n, wanted && wanted.idx * account]);
      assert.ok(reads <= 50, `${reads} reads for account ${account} as of block ${idx}`);
    }
  }
});

test('rows with transactions are listed newest first without those that have none', (t) => {
  const { database, changes, ends } = written(1000);
  t.after(() => database.close());
  const history = createHistoryReader(database);
  for (const [account, rows] of changes) {
    const found: number[] = [];
    const last = ends.get(account)!.last_touched!;
    for (
      let at: ReturnType<typeof history.touchBefore> = history.row(account, last);
      at;
      at = history.touchBefore(at)
    ) {
      found.unshift(at.n);
    }
    assert.deepEqual(
      found,
      rows.filter(({ touched }) => touched).map(({ n }) => n),
    );
  }
});

test('a row that points forward, or to another account, is damage and no circle', (t) => {
  const { database, ends } = written(20);
  t.after(() => database.close());
  const history = createHistoryReader(database);
  const last = ends.get(1)!.last_change;
  database.exec(`UPDATE account_history SET jump = ${last}, before = ${last} WHERE n = ${last}`);
  assert.throws(() => history.asOf(1, last, 3), /row \d+ of account_history does not point back/);
  database.exec(`UPDATE account_history SET touched_before = ${last} WHERE n = ${last}`);
  assert.throws(() => history.touchBefore(history.row(1, last)), /does not point back/);
  assert.throws(() => history.row(2, last), /row \d+ of account_history is not one of account 2/);
});
