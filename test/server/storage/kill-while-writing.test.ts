import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { transactionId } from '../../../ledger/values/identity.js';
import { createMempoolStore } from '../../../server/storage/mempool-store.js';
import { createVoteStateStore } from '../../../server/storage/vote-state-file.js';
import { longHangGuardMs } from '../../hang-guard.js';
import { standInCrypto } from '../../ledger/stand-in-crypto.js';
import { readTestLine } from '../../ledger/test-chain.js';

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-kill-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Kills the program without warning when it has acknowledged `lines` writes. @returns everything it acknowledged */
async function killAfter(lines: number, program: string, argument: string): Promise<readonly string[]> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [path, argument], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    said.push(line);
    if (said.length === lines) child.kill('SIGKILL');
  }
  await closed;
  assert.equal(child.signalCode, 'SIGKILL');
  return said;
}

test('a validator killed while voting remembers every vote that it may have sent', {
  timeout: longHangGuardMs,
}, async (t) => {
  const directory = temporary(t);
  let before = 0;
  for (const lines of [1, 40, 300]) {
    const said = await killAfter(lines, './vote-state-writer.js', directory);
    const store = createVoteStateStore(directory, {});
    const view = store.read()?.voteState.watermark.view ?? 0;
    store.close();
    assert.ok(view >= Number(said.at(-1)) && view > before, `${view} after ${said.at(-1)}`);
    before = view;
  }
});

test('a node killed while it accepts transactions keeps every one that it accepted', {
  timeout: longHangGuardMs,
}, async (t) => {
  const path = join(temporary(t), 'mempool.db');
  const idOf = (one: Parameters<typeof transactionId>[1]) => transactionId(standInCrypto, one);
  for (const lines of [1, 120]) {
    const said = await killAfter(lines, './mempool-writer.js', path);
    const fail = (error: Error): never => {
      throw error;
    };
    const store = createMempoolStore({ path, idOf, readLine: readTestLine, onFailure: fail });
    const kept = new Set<string>(store.all().map(idOf));
    await store.close();
    for (const id of said) assert.ok(kept.has(id), `${id} was acknowledged`);
  }
});
