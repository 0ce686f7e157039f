/** Key files: what opens them, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeKeyFile, developmentKey, openKey, type SealedKeyFile, sealKey } from '../../client/keystore/key-file.js';

type Loose = { readonly kdf: { readonly params: object }; readonly cipher: object };

const key = {
  name: 'savings',
  secret: new Uint8Array(32).fill(7),
  publicKey: new Uint8Array(32).fill(9),
  path: '',
};

test('a sealed key opens with its password and with no other', async () => {
  const file = await sealKey(key, 'correct horse');
  assert.ok(!JSON.stringify(file).includes('07'.repeat(32)), 'the secret must not stand in the file');
  const decoded = decodeKeyFile(JSON.stringify(file));
  assert.ok(decoded.ok);
  assert.deepEqual(await openKey(decoded.value, 'correct horse'), { ok: true, value: key.secret });
  assert.deepEqual(await openKey(decoded.value, 'correct horsf'), { ok: false, problem: 'wrong_password' });
});

test('two files of one key and one password share no bytes of salt, iv or cipher text', async () => {
  const [a, b] = [await sealKey(key, 'same'), await sealKey(key, 'same')];
  assert.notEqual(a.crypto.kdf.params.salt, b.crypto.kdf.params.salt);
  assert.notEqual(a.crypto.cipher.params.iv, b.crypto.cipher.params.iv);
  assert.notEqual(a.crypto.cipher.message, b.crypto.cipher.message);
});

test('the scrypt example of EIP-2335 opens', async () => {
  const file: SealedKeyFile = {
    crypto: {
      kdf: {
        function: 'scrypt',
        params: {
          dklen: 32,
          n: 262_144,
          p: 1,
          r: 8,
          salt: 'd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3',
        },
        message: '',
      },
      checksum: {
        function: 'sha256',
        params: {},
        message: 'd2217fe5f3e9a1e34581ef8a78f7c9928e436d36dacc5e846690a5581e8ea484',
      },
      cipher: {
        function: 'aes-128-ctr',
        params: { iv: '264daa3f303d7259501c93d997d84fe6' },
        message: '06ae90d55fe0a6e9c5c3bc5b170827b2e5cce3929ed3f116c2811e6366dfe20f',
      },
    },
    version: 4,
    uuid: '1d85ae20-35c5-4611-98e8-aa14a633906f',
    description: '',
    pubkey: '',
    path: '',
  };
  const opened = await openKey(file, '𝔱𝔢𝔰𝔱𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡🔑');
  assert.ok(opened.ok);
  assert.equal(
    Buffer.from(opened.value).toString('hex'),
    '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
  );
});

test('a development key says so and opens without a password', async () => {
  const decoded = decodeKeyFile(JSON.stringify(developmentKey(key)));
  assert.ok(decoded.ok && 'development' in decoded.value);
  assert.deepEqual(await openKey(decoded.value, ''), { ok: true, value: key.secret });
});

test('damaged key files are refused with what is wrong', async () => {
  const good = JSON.parse(JSON.stringify(await sealKey(key, 'x'))) as Record<string, never>;
  const damage = (edit: (file: { [key: string]: unknown; crypto: unknown }) => void): string => {
    const copy = structuredClone(good) as never;
    edit(copy);
    return JSON.stringify(copy);
  };
  const cases: readonly (readonly [string, RegExp])[] = [
    ['{', /not JSON/],
    ['null', /pubkey/],
    ['[]', /pubkey/],
    [damage((file) => Object.assign(file, { pubkey: 'AB' })), /pubkey/],
    [damage((file) => Object.assign(file, { crypto: {} })), /scrypt/],
    [damage((file) => Object.assign((file.crypto as Loose).kdf.params, { n: 2 ** 40 })), /scrypt parameters/],
    // RFC 7914 wants n below 2^(16 r).
    [damage((file) => Object.assign((file.crypto as Loose).kdf.params, { n: 2 ** 16, r: 1 })), /scrypt parameters/],
    [damage((file) => Object.assign((file.crypto as Loose).cipher, { message: '00' })), /encrypted key/],
    [JSON.stringify({ development: true, pubkey: '00'.repeat(32), secret: 5 }), /secret/],
  ];
  for (const [text, expected] of cases) {
    const decoded = decodeKeyFile(text);
    assert.ok(!decoded.ok, `accepted: ${text.slice(0, 60)}`);
    assert.match(decoded.problem, expected);
  }
});

test('a sealed file that says of itself that it is of no development chain is a sealed one', async () => {
  const sealed = { ...(await sealKey(key, 'correct horse')), development: false };
  const decoded = decodeKeyFile(JSON.stringify(sealed));
  assert.ok(decoded.ok);
  assert.deepEqual(await openKey(decoded.value, 'correct horse'), { ok: true, value: key.secret });
});
