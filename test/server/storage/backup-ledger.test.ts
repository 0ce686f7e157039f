/** A ledger is copied into one file, whatever an earlier copy left behind. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { backupLedger } from '../../../server/storage/backup-ledger.js';
import { verifyLedger } from '../../../server/verify/verify-chain.js';
import { busyCertifiedChain } from '../verify/certified-chain.js';
import { temporaryFile } from './final-chain.js';

test('what a killed backup of a process with this number left does not stop the next', async (t) => {
  const path = temporaryFile(t);
  const chain = busyCertifiedChain(6);
  await chain.write(path);
  const copy = temporaryFile(t);
  const half = readFileSync(path).subarray(0, 50_000);
  for (const [at, left] of [half, Buffer.alloc(9000, 7)].entries()) {
    const file = `${copy}-${at}`;
    writeFileSync(`${file}.${process.pid}.new`, left);
    assert.equal((await backupLedger(path, file)).tip.index, 6);
    assert.deepEqual(verifyLedger({ path: file, context: chain.context }).findings, []);
  }
  const names = readdirSync(dirname(copy)).filter((name) => name.includes('.new'));
  assert.deepEqual(names, [], basename(copy));
});

/** The number of a process that is gone. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'close');
  return child.pid!;
}

test('what killed backups to this name left goes with the next; other names and running processes keep theirs', async (t) => {
  const path = temporaryFile(t);
  await busyCertifiedChain(2).write(path);
  const file = temporaryFile(t);
  const dead = await deadPid();
  const gone = [`${file}.${dead}.new`, `${file}.${dead}.new-journal`];
  const kept = [`${file}.${process.ppid}.new`, `${file}-2.${dead}.new`, `${file}.${dead}.newer`, `${file}.old.new`];
  for (const left of [...gone, ...kept]) writeFileSync(left, 'left');
  await backupLedger(path, file);
  assert.deepEqual(gone.filter(existsSync), []);
  assert.deepEqual(kept.filter(existsSync), kept);
});

test('a copy that somebody takes away before it is complete is no backup', async (t) => {
  const path = temporaryFile(t);
  await busyCertifiedChain(2).write(path);
  const file = temporaryFile(t);
  const takeAway = (): void => rmSync(`${file}.${process.pid}.new`, { force: true });
  await assert.rejects(backupLedger(path, file, takeAway), /^Error: Cannot write the backup /);
  assert.equal(existsSync(file), false);
});
