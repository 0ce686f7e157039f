/** Mnemonics: the key under one is what BIP-39 and SLIP-0010 say, written down here a second time. */
import assert from 'node:assert/strict';
import { createHmac, pbkdf2Sync } from 'node:crypto';
import { test } from 'node:test';
import { keyFromMnemonic, newMnemonic } from '../../client/mnemonic.js';

const known = `${'abandon '.repeat(11)}about`;

/** BIP-39 and SLIP-0010 for ed25519 by node:crypto alone. */
function derive(mnemonic: string, passphrase: string, path: readonly number[]): string {
  const seed = pbkdf2Sync(mnemonic, `mnemonic${passphrase}`, 2048, 64, 'sha512');
  let node = createHmac('sha512', 'ed25519 seed').update(seed).digest();
  for (const level of path) {
    const index = Buffer.alloc(4);
    index.writeUInt32BE(2 ** 31 + level);
    node = createHmac('sha512', node.subarray(32))
      .update(Buffer.concat([Buffer.alloc(1), node.subarray(0, 32), index]))
      .digest();
  }
  return node.subarray(0, 32).toString('hex');
}

test('keys are derived by BIP-39 and SLIP-0010 at the documented path', () => {
  for (const [account, passphrase] of [
    [0, ''],
    [1, ''],
    [7, 'extra'],
  ] as const) {
    const key = keyFromMnemonic(known, account, passphrase);
    assert.ok(key.ok);
    assert.equal(key.value.path, `m/44'/21324'/${account}'`);
    assert.equal(Buffer.from(key.value.secret).toString('hex'), derive(known, passphrase, [44, 21324, account]));
  }
});

test('case and spacing of the words do not matter', () => {
  const spaced = keyFromMnemonic(`  ${known.toUpperCase().replaceAll(' ', '\n ')} `);
  assert.deepEqual(spaced, keyFromMnemonic(known));
});

test('new mnemonics have the words asked for, and differ', () => {
  assert.equal(newMnemonic(12).split(' ').length, 12);
  assert.equal(newMnemonic().split(' ').length, 24);
  assert.notEqual(newMnemonic(), newMnemonic());
  assert.ok(keyFromMnemonic(newMnemonic()).ok);
});

test('wrong words are refused with what is wrong, without repeating them', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['abandon', /has 1\.$/],
    [known.replace('about', 'abuot'), /^Word 12 is not/],
    [known.replace('about', 'zoo'), /do not fit/],
  ];
  for (const [words, expected] of cases) {
    const key = keyFromMnemonic(words);
    assert.ok(!key.ok);
    assert.match(key.problem, expected);
    assert.ok(!key.problem.includes('abuot'));
  }
});
