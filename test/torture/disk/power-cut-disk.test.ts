import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { transactionId } from '../../../ledger/values/identity.js';
import { createRandom } from '../../../server/simulator/random.js';
import { createMempoolStore } from '../../../server/storage/mempool-store.js';
import { createVoteStateStore } from '../../../server/storage/vote-state-file.js';
import { longHangGuardMs } from '../../hang-guard.js';
import { standInCrypto } from '../../ledger/stand-in-crypto.js';
import { readTestLine } from '../../ledger/test-chain.js';
import { powerCutLibrary } from './library.js';
import { createPowerCutDisk, type PowerCutDisk } from './power-cut-disk.js';

const library = powerCutLibrary();
const skip = 'missing' in library ? library.missing : false;
const writers = '../../server/storage';
const noticed = /Cannot (write transactions to|open) .*mempool\.db: the disk reported an error; check the disk/;

function diskFor(t: TestContext): { readonly disk: PowerCutDisk; readonly place: string } {
  const place = mkdtempSync(join(tmpdir(), 'slotledger-power-'));
  const home = join(place, 'home');
  mkdirSync(home);
  const disk = createPowerCutDisk(home, join(place, 'disk'));
  t.after(() => {
    disk.close();
    rmSync(place, { recursive: true, force: true });
  });
  return { disk, place };
}

/** Runs a program that prints a line for each durable write, until it has printed so many or ends. @returns them */
async function runUntil(disk: PowerCutDisk, program: string, argument: string, lines: number) {
  const path = fileURLToPath(new URL(`${writers}/${program}.js`, import.meta.url));
  const child = spawn(process.execPath, [path, argument], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...disk.environment },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
    // Without a chance to mend by closing well.
    if (errors.includes('check the disk')) child.kill('SIGKILL');
  });
  const closed = once(child, 'close');
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === lines) child.kill('SIGKILL');
  }
  await closed;
  return { said, errors, code: child.exitCode };
}

const transactionIdOf = (one: Parameters<typeof transactionId>[1]) => transactionId(standInCrypto, one);

async function keptIn(path: string): Promise<ReadonlySet<string>> {
  const fail = (error: Error): never => {
    throw error;
  };
  const store = createMempoolStore({ path, idOf: transactionIdOf, readLine: readTestLine, onFailure: fail });
  const kept = new Set<string>(store.all().map(transactionIdOf));
  await store.close();
  return kept;
}

test('no change of a file escapes the disk that can lose power', { skip, timeout: longHangGuardMs }, async (t) => {
  const { disk, place } = diskFor(t);
  const mempool = join(disk.home, 'mempool.db');
  await runUntil(disk, 'mempool-writer', mempool, 30);
  await runUntil(disk, 'vote-state-writer', disk.home, 30);
  disk.settle();
  const before = join(place, 'before');
  cpSync(disk.home, before, { recursive: true });
  await runUntil(disk, 'mempool-writer', mempool, 200);
  await runUntil(disk, 'vote-state-writer', disk.home, 200);
  assert.ok(disk.journalBytes() > 20_000);
  const after = join(place, 'after');
  disk.copyOfBeginning(after);
  const names = readdirSync(before).filter((name) => !name.endsWith('-shm'));
  assert.deepEqual(readdirSync(after).sort(), names.sort());
  for (const name of names) assert.ok(readFileSync(join(before, name)).equals(readFileSync(join(after, name))), name);
});

test('what was acknowledged survives power cuts at any call', { skip, timeout: longHangGuardMs }, async (t) => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  t.diagnostic(`SEED=${seed}`);
  const random = createRandom(seed, 'power cuts');
  const { disk } = diskFor(t);
  const mempool = join(disk.home, 'mempool.db');
  const acknowledged: string[] = [];
  let [view, unsafe] = [0, 0];
  for (let round = 0; round < 12; round++) {
    disk.control.dieAfter(random.between(1, 400));
    acknowledged.push(...(await runUntil(disk, 'mempool-writer', mempool, -1)).said);
    disk.control.dieAfter(random.between(1, 200));
    const { said } = await runUntil(disk, 'vote-state-writer', disk.home, -1);
    const report = disk.cut(random);
    unsafe += report.unsafeWrites + report.unsafeNames;
    const kept = await keptIn(mempool);
    for (const id of acknowledged) assert.ok(kept.has(id), `${id} was acknowledged, round ${round}`);
    const votes = createVoteStateStore(disk.home, {});
    const after = votes.read()?.voteState.watermark.view ?? 0;
    votes.close();
    assert.ok(after >= Number(said.at(-1) ?? view), `view ${after} after ${said.at(-1)}, round ${round}`);
    view = after;
    disk.settle();
  }
  assert.ok(unsafe > 10, `${unsafe} changes were at risk`);
});

test('a sync that failed loses nothing acknowledged before or after it', {
  skip,
  timeout: longHangGuardMs,
}, async (t) => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  t.diagnostic(`SEED=${seed}`);
  const random = createRandom(seed, 'failed syncs');
  const { disk } = diskFor(t);
  const mempool = join(disk.home, 'mempool.db');
  const acknowledged: string[] = [];
  let view = 0;
  const failing = (path: string) =>
    disk.control.fail({ kinds: ['sync'], error: 'EIO', after: random.between(1, 30), times: 1, path });
  for (let round = 0; round < 6; round++) {
    failing('mempool.db');
    const { said: ids, errors } = await runUntil(disk, 'mempool-writer', mempool, 200);
    acknowledged.push(...ids);
    assert.match(errors, noticed);
    disk.control.mend();
    acknowledged.push(...(await runUntil(disk, 'mempool-writer', mempool, 40)).said);
    failing('vote-state');
    await runUntil(disk, 'vote-state-writer', disk.home, -1);
    disk.control.mend();
    const { said: views } = await runUntil(disk, 'vote-state-writer', disk.home, 20);
    disk.cut(random);
    const kept = await keptIn(mempool);
    for (const id of acknowledged) assert.ok(kept.has(id), `${id} was acknowledged, round ${round}`);
    const votes = createVoteStateStore(disk.home, {});
    const after = votes.read()?.voteState.watermark.view ?? 0;
    votes.close();
    assert.ok(after >= Number(views.at(-1)) && after > view, `view ${after} after ${views.at(-1)}, round ${round}`);
    view = after;
    disk.settle();
  }
});

test('of the syncs that open a new file each is noticed when it fails', {
  skip,
  timeout: longHangGuardMs,
}, async (t) => {
  for (let after = 1; after <= 12; after++) {
    const { disk } = diskFor(t);
    disk.control.fail({ kinds: ['sync'], error: 'EIO', after, times: 1, path: 'mempool.db' });
    const { errors } = await runUntil(disk, 'mempool-writer', join(disk.home, 'mempool.db'), 200);
    assert.match(errors, noticed, `sync ${after}`);
  }
});

test('control: where syncs do nothing, power cuts lose what was acknowledged', {
  skip,
  timeout: longHangGuardMs,
}, async (t) => {
  const random = createRandom(1, 'control');
  let lost = 0;
  for (let round = 0; round < 6 && lost === 0; round++) {
    const { disk } = diskFor(t);
    const mempool = join(disk.home, 'mempool.db');
    disk.control.loseSyncs(true);
    const { said } = await runUntil(disk, 'mempool-writer', mempool, 100);
    disk.cut(random);
    const kept = await keptIn(mempool);
    lost += said.filter((id) => !kept.has(id)).length;
  }
  assert.ok(lost > 0);
});
