import assert from 'node:assert/strict';
import { chmodSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openApiKeyRing } from '../../../server/home/api-key-ring.js';
import { addApiKey, readApiKeys, removeApiKey } from '../../../server/home/api-keys.js';
import { Database } from '../../../server/storage/sqlite.js';
import { temporaryDirectory } from '../nodes.js';

const code = (expected: string) => (error: { readonly code?: string }) => error.code === expected;

test('the file holds hashes only, and its owner alone can read it', (t) => {
  const path = join(temporaryDirectory(t), 'api-keys.json');
  assert.deepEqual(readApiKeys(path), []);
  const token = addApiKey(path, { name: 'shop', role: 'submit', now: 7 });
  assert.match(token, /^slk_[A-Za-z0-9_-]{43}$/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.ok(!readFileSync(path, 'utf8').includes(token.slice(4)));
  assert.throws(() => addApiKey(path, { name: 'shop', role: 'read', now: 8 }), code('API_KEY_EXISTS'));
  assert.equal(removeApiKey(path, 'shop'), true);
  assert.equal(removeApiKey(path, 'shop'), false);
});

test('while another process changes the keys nothing is changed, and afterwards the change comes about', (t) => {
  const path = join(temporaryDirectory(t), 'api-keys.json');
  addApiKey(path, { name: 'first', role: 'read', now: 0 });
  const before = readFileSync(path, 'utf8');
  const other = new Database(`${path}.lock.db`);
  t.after(() => other.close());
  other.exec('BEGIN EXCLUSIVE');
  assert.throws(() => addApiKey(path, { name: 'second', role: 'read', now: 0 }, 1), code('API_KEYS_BUSY'));
  assert.throws(() => removeApiKey(path, 'first', 1), code('API_KEYS_BUSY'));
  assert.equal(readFileSync(path, 'utf8'), before);
  other.exec('COMMIT');
  addApiKey(path, { name: 'second', role: 'read', now: 0 }, 1);
  assert.equal(removeApiKey(path, 'first', 1), true);
  assert.deepEqual(
    readApiKeys(path).map(({ name }) => name),
    ['second'],
  );
});

test('a running node takes changes over, and a damaged file opens nothing', (t) => {
  const path = join(temporaryDirectory(t), 'api-keys.json');
  let now = 0;
  const problems: string[] = [];
  const changes: string[][] = [];
  const first = addApiKey(path, { name: 'first', role: 'read', now: 0 });
  const ring = openApiKeyRing({
    path,
    monotonic: () => now,
    onChange: (keys) => void changes.push(keys.map(({ name }) => name)),
    onProblem: ({ message }) => void problems.push(message),
  });
  assert.equal(ring.find(first)?.name, 'first');
  assert.equal(ring.find(`${first}x`), undefined);
  const second = addApiKey(path, { name: 'second', role: 'admin', now: 0 });
  removeApiKey(path, 'first');
  now += 1_000;
  assert.equal(ring.find(second)?.role, 'admin');
  assert.equal(ring.find(first), undefined);
  writeFileSync(path, '{"version":1,"keys":[{}]}');
  now += 1_000;
  assert.equal(ring.find(second), undefined);
  assert.equal(problems.length, 1);
  assert.deepEqual(changes, [['second'], []]);
  rmSync(path);
  symlinkSync(path, path);
  now += 1_000;
  assert.equal(ring.find(second), undefined);
  assert.match(problems[1] ?? '', /ELOOP/);
});

test('a file that is damaged, or that others can read, is not used', (t) => {
  const path = join(temporaryDirectory(t), 'api-keys.json');
  addApiKey(path, { name: 'shop', role: 'read', now: 0 });
  chmodSync(path, 0o640);
  assert.throws(() => readApiKeys(path), code('KEY_PERMISSIONS'));
  chmodSync(path, 0o600);
  for (const text of ['', '[]', '{"version":2,"keys":[]}', readFileSync(path, 'utf8').replace('read', 'root')]) {
    writeFileSync(path, text);
    assert.throws(() => readApiKeys(path), code('API_KEYS_DAMAGED'), text);
  }
});
