import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { proveValidatorKeys } from '../../client/keystore/validator-home.js';
import { possessionText } from '../../ledger/values/signing.js';
import type { Address, ChainId } from '../../ledger/values/text.js';
import { createCrypto } from '../../server/crypto/create-crypto.js';
import { homePaths } from '../../server/home/home.js';
import { sealKeys } from '../../server/home/key-files.js';
import { makeValidatorKeys } from '../../server/home/make-validator.js';

const chain = `dev-${'0'.repeat(32)}` as ChainId;
const owner = 'sl1owner' as Address;

function temporary(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'slotledger-stake-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

test("the wallet proves possession of the keys that the node's own program made", async (t) => {
  const home = temporary(t);
  const keys = makeValidatorKeys(homePaths(home));
  const proved = await proveValidatorKeys(home, chain, owner);
  assert.ok(proved.ok, JSON.stringify(proved));
  const { key, vrf_key, key_proof, vrf_key_proof } = proved.value;
  assert.deepEqual([key, vrf_key], [keys.validator.publicKey, keys.vrf.publicKey]);
  const { verify } = createCrypto();
  assert.ok(verify(key, possessionText({ chain }, owner, 'validator', key), key_proof));
  assert.ok(verify(vrf_key, possessionText({ chain }, owner, 'vrf', vrf_key), vrf_key_proof));
});

test('a home without keys, or with something else in their place, is said to be so in one sentence', async (t) => {
  const home = temporary(t);
  const missing = await proveValidatorKeys(home, chain, owner);
  assert.match(missing.ok ? '' : missing.problem, /^There is no key .*validator-key\.json\.$/);
  const paths = homePaths(home);
  makeValidatorKeys(paths);
  writeFileSync(join(paths.keys, 'vrf-key.json'), '{}');
  const damaged = await proveValidatorKeys(home, chain, owner);
  assert.match(damaged.ok ? '' : damaged.problem, /^.*vrf-key\.json does not hold a vrf key\.$/);
});

test('sealed keys are proved with their password, which is asked for once', async (t) => {
  const home = temporary(t);
  const paths = homePaths(home);
  const keys = makeValidatorKeys(paths);
  await sealKeys(paths.keys, 'a password');
  const none = await proveValidatorKeys(home, chain, owner);
  assert.match(none.ok ? '' : none.problem, /validator-key\.json is sealed with a password; name its file with --key-/);
  const wrong = await proveValidatorKeys(home, chain, owner, async () => 'another');
  assert.match(wrong.ok ? '' : wrong.problem, /^The password does not open .*validator-key\.json\.$/);
  let asked = 0;
  const proved = await proveValidatorKeys(home, chain, owner, async () => {
    asked += 1;
    return 'a password';
  });
  assert.ok(proved.ok);
  assert.deepEqual([proved.value.key, proved.value.vrf_key], [keys.validator.publicKey, keys.vrf.publicKey]);
  assert.equal(asked, 1);
});
