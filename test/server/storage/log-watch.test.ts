/** The logs of ledger.db and mempool.db while somebody reads on in one go. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { transactionId } from '../../../ledger/values/identity.js';
import type { FinalBlock } from '../../../server/replica/ports.js';
import type { LedgerFile } from '../../../server/storage/ledger-store.js';
import { longLogText } from '../../../server/storage/log-watch.js';
import { createMempoolStore } from '../../../server/storage/mempool-store.js';
import { Database } from '../../../server/storage/sqlite.js';
import { standInCrypto } from '../../ledger/stand-in-crypto.js';
import { readTestLine, TestChain } from '../../ledger/test-chain.js';
import { busyChain, openStore, temporaryFile } from './final-chain.js';

const appended = (store: LedgerFile, block: FinalBlock) =>
  new Promise<void>((resolve) => store.append([block], resolve));

test('a log that grows because of a reader is told of, once in its time; one that is long for a moment is not', async (t) => {
  const { chain, finals } = busyChain(30);
  const path = temporaryFile(t);
  const told: number[] = [];
  const store = openStore(path, chain, {
    worker: true,
    onLongLog: (bytes) => told.push(bytes),
    logLimits: { bytes: 100_000, afterMs: 0, againMs: 3_600_000 },
  });
  t.after(() => store.close());
  const sizeOfLog = () => statSync(`${path}-wal`).size;
  const blocks = [...finals];
  const appendUntil = async (holds: () => boolean) => {
    while (!holds()) await appended(store, blocks.shift()!);
  };
  await appendUntil(() => sizeOfLog() > 100_000);
  await appendUntil(() => blocks.length <= 15);
  assert.deepEqual(told, [], 'nobody reads');

  const shell = new Database(path, { readonly: true });
  t.after(() => shell.close());
  shell.exec('BEGIN');
  assert.equal(shell.prepare('SELECT tip_index FROM chain').pluck().get(), store.tip().index);
  await appendUntil(() => told.length > 0);
  assert.ok(told[0]! > 100_000, `${told[0]} bytes`);
  await appendUntil(() => blocks.length === 0);
  assert.equal(told.length, 1, 'not with each write');
  assert.match(longLogText(path, told[0]!), /ledger\.db-wal has grown to 0 MiB, .* sqlite3 shell/);
});

test('what has read for less than its time is not told of', async (t) => {
  const { chain, finals } = busyChain(20);
  const path = temporaryFile(t);
  const store = openStore(path, chain, {
    worker: true,
    onLongLog: (bytes) => assert.fail(`told of ${bytes} bytes`),
    logLimits: { bytes: 0, afterMs: 3_600_000, againMs: 0 },
  });
  t.after(() => store.close());
  const shell = new Database(path, { readonly: true });
  t.after(() => shell.close());
  shell.exec('BEGIN');
  shell.prepare('SELECT tip_index FROM chain').get();
  for (const final of finals) await appended(store, final);
  await store.close();
});

test('so is that of the mempool', async (t) => {
  const path = temporaryFile(t).replace('ledger.db', 'mempool.db');
  const chain = new TestChain();
  let told = 0;
  const store = createMempoolStore({
    path,
    idOf: (transaction) => transactionId(standInCrypto, transaction),
    readLine: readTestLine,
    onFailure: (error) => assert.fail(error),
    onLongLog: (bytes) => {
      told = bytes;
    },
    logLimits: { bytes: 50_000, afterMs: 0, againMs: 3_600_000 },
  });
  t.after(() => store.close());
  let nonce = 0;
  const add = () =>
    new Promise<void>((resolve) => {
      store.add([chain.pay('ann', 'bob', 1, { nonce })], resolve);
      nonce += 1;
    });
  const sizeOfLog = () => statSync(`${path}-wal`).size;
  while (nonce === 0 || sizeOfLog() <= 50_000) await add();
  await add();
  assert.equal(told, 0, 'nobody reads');

  const shell = new Database(path, { readonly: true });
  t.after(() => shell.close());
  shell.exec('BEGIN');
  shell.prepare('SELECT count(*) FROM batches').get();
  for (let more = 0; more < 100 && told === 0; more += 1) await add();
  assert.ok(told > 50_000, `${told} bytes`);
});
