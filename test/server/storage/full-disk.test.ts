import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { transactionId } from '../../../ledger/values/identity.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { createMempoolStore } from '../../../server/storage/mempool-store.js';
import { createVoteStateStore } from '../../../server/storage/vote-state-file.js';
import { hangGuardMs } from '../../hang-guard.js';
import { standInCrypto } from '../../ledger/stand-in-crypto.js';
import { readTestLine } from '../../ledger/test-chain.js';

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-full-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs the program with a limit on the size of files: writes past it fail as on a full disk. */
function runInLittleRoom(program: string, argument: string) {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const { stdout, stderr, signal } = spawnSync(
    'sh',
    ['-c', 'ulimit -f 400 && exec "$0" "$@"', process.execPath, path, argument],
    { encoding: 'utf8', timeout: hangGuardMs, maxBuffer: 64 * 1024 * 1024 },
  );
  assert.equal(signal, null, stderr);
  return { acknowledged: stdout.trim().split('\n'), sentence: stderr.trim() };
}

test('a vote that does not fit on the disk is not acknowledged, and no later one is either', (t) => {
  const directory = temporary(t);
  const { acknowledged, sentence } = runInLittleRoom('./vote-state-writer.js', directory);
  assert.match(
    sentence,
    /^Cannot write .*vote-state\.journal: .*\.\nAn earlier write of .* failed: start the node again\.$/,
  );
  assert.ok(acknowledged.length > 50);
  const store = createVoteStateStore(directory, {});
  assert.equal(store.read()?.voteState.watermark.view, Number(acknowledged.at(-1)));
  store.close();
});

test('a transaction that does not fit on the disk stops the node with one sentence', async (t) => {
  const path = join(temporary(t), 'mempool.db');
  const { acknowledged, sentence } = runInLittleRoom('./mempool-writer.js', path);
  assert.match(sentence, /^Cannot write transactions to .*mempool\.db: .*\.$/);
  assert.ok(acknowledged.length > 10);
  const idOf = (one: Transaction) => transactionId(standInCrypto, one);
  const fail = (error: Error): never => {
    throw error;
  };
  const store = createMempoolStore({ path, idOf, readLine: readTestLine, onFailure: fail });
  const kept = new Set<string>(store.all().map(idOf));
  await store.close();
  for (const id of acknowledged) assert.ok(kept.has(id), `${id} was acknowledged`);
});
