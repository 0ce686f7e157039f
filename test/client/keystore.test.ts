/** The directory of keys: permissions, names, and that nothing is ever overwritten. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { developmentKey } from '../../client/keystore/key-file.js';
import { createKeystore, isKeyName } from '../../client/keystore/keystore.js';

const home = mkdtempSync(join(tmpdir(), 'slotledger-keystore-'));
after(() => rmSync(home, { recursive: true }));

const file = (fill: number) =>
  developmentKey({ name: 'a', secret: new Uint8Array(32).fill(fill), publicKey: new Uint8Array(32).fill(1), path: '' });

test('an empty home has no keys and is not touched by looking', () => {
  const keystore = createKeystore(join(home, 'none'));
  assert.deepEqual(keystore.list(), []);
  assert.equal(keystore.read('a').ok, false);
  assert.deepEqual(readdirSync(home), []);
});

test('a key file is readable by its owner alone', () => {
  const keystore = createKeystore(home);
  const added = keystore.add('alice', file(1));
  assert.ok(added.ok);
  assert.equal(statSync(added.value).mode & 0o777, 0o600);
  assert.equal(statSync(keystore.directory).mode & 0o777, 0o700);
});

test('a key file is never overwritten', () => {
  const keystore = createKeystore(home);
  assert.ok(keystore.add('once', file(1)).ok);
  const path = join(keystore.directory, 'once.json');
  const before = readFileSync(path, 'utf8');
  assert.deepEqual(keystore.add('once', file(2)), { ok: false, problem: { code: 'key_exists', name: 'once', path } });
  assert.equal(readFileSync(path, 'utf8'), before);
  assert.deepEqual(
    readdirSync(keystore.directory).filter((name) => !name.endsWith('.json')),
    [],
  );
});

test('what an earlier process with the same id left half-way does not stand in the way', () => {
  const keystore = createKeystore(join(home, 'container'));
  assert.ok(keystore.add('first', file(1)).ok);
  writeFileSync(join(keystore.directory, `again.json.${process.pid}.new`), '{"version"');
  assert.ok(keystore.add('again', file(2)).ok);
  assert.deepEqual(keystore.read('again').ok, true);
});

test('a name cannot leave the directory', () => {
  for (const name of ['../x', 'a/b', '', '.', 'A', 'ä', '-x', 'x'.repeat(33)]) {
    assert.equal(isKeyName(name), false, name);
    assert.equal(createKeystore(home).add(name, file(1)).ok, false, name);
  }
});

test('a damaged file is listed as damaged and does not hide the others', () => {
  const keystore = createKeystore(join(home, 'damaged'));
  assert.ok(keystore.add('a', file(1)).ok);
  writeFileSync(join(keystore.directory, 'b.json'), '{"version":4');
  const [a, b] = keystore.list();
  assert.ok(a?.ok && a.value.name === 'a');
  assert.ok(b && !b.ok && b.problem.code === 'key_damaged');
});
