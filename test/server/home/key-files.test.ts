import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readKeyFile, writeKeyFile } from '../../../server/home/key-files.js';

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-keys-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('a key comes back as it was written, from a file that its owner alone can read', (t) => {
  const keys = temporary(t);
  assert.equal(readKeyFile(keys, 'node'), undefined);
  const seed = writeKeyFile(keys, 'node');
  assert.equal(seed.length, 32);
  assert.deepEqual(Buffer.from(readKeyFile(keys, 'node')!), Buffer.from(seed));
  assert.equal(statSync(join(keys, 'node-key.json')).mode & 0o777, 0o600);
  assert.notDeepEqual(writeKeyFile(keys, 'vrf'), seed);
});

test('a key file is never overwritten', (t) => {
  const keys = temporary(t);
  const seed = writeKeyFile(keys, 'validator');
  assert.throws(() => writeKeyFile(keys, 'validator'), { code: 'KEY_EXISTS' });
  assert.deepEqual(Buffer.from(readKeyFile(keys, 'validator')!), Buffer.from(seed));
});

test('a key that others can read is refused with the command that helps', (t) => {
  const keys = temporary(t);
  writeKeyFile(keys, 'node');
  const path = join(keys, 'node-key.json');
  for (const mode of [0o640, 0o604, 0o660, 0o601]) {
    chmodSync(path, mode);
    assert.throws(() => readKeyFile(keys, 'node'), { code: 'KEY_PERMISSIONS', fix: `Run: chmod 600 ${path}` });
  }
  chmodSync(path, 0o400);
  assert.ok(readKeyFile(keys, 'node'));
});

test('a file that is no key of its kind is refused, whatever is wrong with it', (t) => {
  const keys = temporary(t);
  const path = join(keys, 'vrf-key.json');
  const seed = 'ab'.repeat(32);
  const good = { version: 1, kind: 'vrf', seed };
  const texts = [
    '',
    '{',
    'null',
    '[]',
    ...[{ seed: seed.slice(2) }, { seed: `${seed.slice(1)}G` }, { kind: 'node' }, { version: 2 }].map((wrong) =>
      JSON.stringify({ ...good, ...wrong }),
    ),
  ];
  for (const text of texts) {
    writeFileSync(path, text, { mode: 0o600 });
    assert.throws(() => readKeyFile(keys, 'vrf'), { code: 'KEY_DAMAGED' }, text);
  }
  writeFileSync(path, JSON.stringify(good));
  assert.equal(Buffer.from(readKeyFile(keys, 'vrf')!).toString('hex'), seed);
});
