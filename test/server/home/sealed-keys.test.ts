/** A password on the keys of a node. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createSigner } from '../../../server/crypto/create-crypto.js';
import {
  areKeysSealed,
  keyKinds,
  openKeyFile,
  readKeyFile,
  readPublicKey,
  sealKeys,
  unsealKeys,
  writeKeyFile,
} from '../../../server/home/key-files.js';

const password = 'correct horse';

function madeKeys(t: TestContext) {
  const keys = mkdtempSync(join(tmpdir(), 'slotledger-sealed-'));
  t.after(() => rmSync(keys, { recursive: true, force: true }));
  const seeds = keyKinds.map((kind) => Buffer.from(writeKeyFile(keys, kind)));
  return { keys, seeds };
}

test('sealed keys open with their password alone, tell their public keys without it, and come back unsealed', async (t) => {
  const { keys, seeds } = madeKeys(t);
  const before = readdirSync(keys).map((name) => readFileSync(join(keys, name), 'utf8'));
  assert.equal(areKeysSealed(keys), false);
  assert.deepEqual(await sealKeys(keys, password), keyKinds);
  assert.equal(areKeysSealed(keys), true);
  assert.deepEqual(readdirSync(keys).sort(), ['node-key.json', 'validator-key.json', 'vrf-key.json']);
  for (const [i, kind] of keyKinds.entries()) {
    const path = join(keys, `${kind}-key.json`);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const text = readFileSync(path, 'utf8');
    assert.ok(!text.includes(seeds[i]!.toString('hex')), 'the seed does not stand in the file');
    assert.equal(readPublicKey(keys, kind), createSigner(seeds[i]!).publicKey);
    assert.throws(() => readKeyFile(keys, kind), { code: 'KEY_SEALED', message: `${path} is sealed with a password.` });
    await assert.rejects(openKeyFile(keys, kind), { code: 'KEY_SEALED' });
    assert.deepEqual(Buffer.from((await openKeyFile(keys, kind, password))!), seeds[i]);
  }
  await assert.rejects(openKeyFile(keys, 'vrf', 'incorrect horse'), {
    code: 'KEY_PASSWORD',
    message: `The password does not open ${join(keys, 'vrf-key.json')}.`,
  });
  await assert.rejects(unsealKeys(keys, 'incorrect horse'), { code: 'KEY_PASSWORD' });
  assert.deepEqual(await unsealKeys(keys, password), keyKinds);
  assert.deepEqual(
    readdirSync(keys).map((name) => readFileSync(join(keys, name), 'utf8')),
    before,
  );
});

test('what a crash left half sealed is sealed to the end by the same call', async (t) => {
  const { keys, seeds } = madeKeys(t);
  const validator = readFileSync(join(keys, 'validator-key.json'));
  await sealKeys(keys, password);
  writeFileSync(join(keys, 'validator-key.json'), validator);
  assert.equal(areKeysSealed(keys), true);
  assert.deepEqual(Buffer.from((await openKeyFile(keys, 'validator'))!), seeds[1], 'each file is by itself');
  assert.deepEqual(await sealKeys(keys, password), ['validator']);
  assert.deepEqual(Buffer.from((await openKeyFile(keys, 'validator', password))!), seeds[1]);
});

test('a sealed file that is damaged, or was made for another key, is refused', async (t) => {
  const { keys } = madeKeys(t);
  await sealKeys(keys, password);
  const path = join(keys, 'node-key.json');
  const good = JSON.parse(readFileSync(path, 'utf8')) as { crypto: object };
  for (const wrong of [
    { kind: 'vrf' },
    { version: 1 },
    { public_key: '0x00' },
    { crypto: {} },
    { crypto: undefined },
  ]) {
    writeFileSync(path, JSON.stringify({ ...good, ...wrong }));
    await assert.rejects(openKeyFile(keys, 'node', password), { code: 'KEY_DAMAGED' }, JSON.stringify(wrong));
  }
  writeFileSync(path, JSON.stringify({ ...good, public_key: `0x${'1'.repeat(64)}` }));
  await assert.rejects(openKeyFile(keys, 'node', password), { code: 'KEY_DAMAGED' });
});
