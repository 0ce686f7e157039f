/** A ledger is copied into one file, whatever an earlier copy left behind. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
