/** Signing, checking and canonical bytes without a node. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { run, temporaryHome } from './programs.js';

const chain = `dev-${'0'.repeat(32)}`;

async function homeWithKey(t: TestContext) {
  const home = temporaryHome(t);
  const env = { SLOTLEDGER_PASSWORD_FILE: join(home, 'password') };
  writeFileSync(env.SLOTLEDGER_PASSWORD_FILE, 'correct horse', { mode: 0o600 });
  const made = await run('wallet', home, ['import', 'alice', '--output', 'json'], { stdin: '01'.repeat(32), env });
  assert.equal(made.code, 0, made.stderr);
  const { address } = JSON.parse(made.stdout) as { address: string };
  const sign = (...args: string[]) =>
    run('wallet', home, ['sign', 'alice', address, '5', '--chain', chain, '--nonce', '0', '--fee', '1', ...args], {
      env,
    });
  return { home, env, address, sign };
}

test('a payment signed offline is verified offline; with any field changed it is refused', async (t) => {
  const { home, sign, address } = await homeWithKey(t);
  const signed = await sign('--memo', 'tea', '--lane', '3');
  assert.equal(signed.code, 0, signed.stderr);
  const transaction = JSON.parse(signed.stdout) as Record<string, unknown>;
  assert.deepEqual(Object.keys(transaction).sort(), [
    'chain',
    'fee',
    'from',
    'lane',
    'memo',
    'nonce',
    'outputs',
    'signature',
    'type',
  ]);
  const good = await run('wallet', home, ['verify', '-'], { stdin: signed.stdout });
  assert.equal(good.code, 0, good.stderr);
  assert.match(good.stdout, new RegExp(`✔ signature: ${address} signed it\\.`));
  for (const change of [{ nonce: 1 }, { fee: 2 }, { lane: 4 }, { memo: 'Tea' }, { chain: `dev-${'1'.repeat(32)}` }]) {
    const stdin = JSON.stringify({ ...transaction, ...change });
    const bad = await run('wallet', home, ['verify', '-'], { stdin });
    assert.equal(bad.code, 1, stdin);
    assert.match(bad.stdout, /✘ signature/);
  }
});

test('signing the same payment twice gives the same bytes', async (t) => {
  const { sign } = await homeWithKey(t);
  assert.equal((await sign()).stdout, (await sign()).stdout);
});

test('a wrong password opens nothing', async (t) => {
  const { home, address } = await homeWithKey(t);
  const wrong = join(home, 'wrong');
  writeFileSync(wrong, 'correct horsf');
  const args = [
    'sign',
    'alice',
    address,
    '5',
    '--chain',
    chain,
    '--nonce',
    '0',
    '--fee',
    '1',
    '--password-file',
    wrong,
  ];
  const outcome = await run('wallet', home, args);
  assert.equal(outcome.code, 1);
  assert.match(outcome.stderr, /^error: That is not the password of alice\./);
  assert.equal(outcome.stdout, '');
});

test('canonicalize prints exactly the canonical bytes, and their SHA-256', async (t) => {
  const home = temporaryHome(t);
  const outcome = await run('wallet', home, ['canonicalize', '-'], { stdin: ' {"b":[1, "ü\\u0041"],\n "a":null} ' });
  assert.equal(outcome.stdout, '{"a":null,"b":[1,"üA"]}');
  const sha256 = createHash('sha256').update(outcome.stdout).digest('hex');
  assert.equal(outcome.stderr, `sha256 0x${sha256}\n`);
});

test('what has no canonical form is refused', async (t) => {
  const home = temporaryHome(t);
  for (const stdin of [
    '',
    '{"a":1.5}',
    '[9007199254740992]',
    '{"a":-0}',
    '"\\ud800"',
    '{"__proto__":1}',
    '{"a":1,"a":2}',
    'nul',
  ]) {
    const outcome = await run('wallet', home, ['canonicalize', '-'], { stdin });
    assert.equal(outcome.code, 2, stdin);
    assert.equal(outcome.stdout, '');
  }
});

test('what is neither transaction nor block is refused by verify', async (t) => {
  const home = temporaryHome(t);
  for (const stdin of ['{}', '[]', 'null', '7', '{"block":{}}']) {
    const outcome = await run('wallet', home, ['verify', '-'], { stdin });
    assert.equal(outcome.code, 2, stdin);
    assert.match(outcome.stderr, /^error: Standard input is neither/);
  }
});
