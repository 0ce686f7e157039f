import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ecvrfProve, ecvrfVerify } from '../../../ledger/crypto/ecvrf.js';
import { bytesToHex, hexToBytes } from '../../../ledger/values/hex.js';

/** RFC 9381, appendix B.4. */
const examples = [
  {
    name: '19',
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    alpha: '',
    proof:
      '7d9c633ffeee27349264cf5c667579fc583b4bda63ab71d001f89c10003ab46f14adf9a3cd8b8412d9038531e865c341' +
      'cafa73589b023d14311c331a9ad15ff2fb37831e00f0acaa6d73bc9997b06501',
    output:
      '9d574bf9b8302ec0fc1e21c3ec5368269527b87b462ce36dab2d14ccf80c53cccf6758f058c5b1c856b116388152bbe5' +
      '09ee3b9ecfe63d93c3b4346c1fbc6c54',
  },
  {
    name: '20',
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    alpha: '72',
    proof:
      '47b327393ff2dd81336f8a2ef10339112401253b3c714eeda879f12c509072ef055b48372bb82efbdce8e10c8cb9a2f9' +
      'd60e93908f93df1623ad78a86a028d6bc064dbfc75a6a57379ef855dc6733801',
    output:
      '38561d6b77b71d30eb97a062168ae12b667ce5c28caccdf76bc88e093e4635987cd96814ce55b4689b3dd2947f80e59a' +
      'ac7b7675f8083865b46c89b2ce9cc735',
  },
];

for (const { name, seed, key, alpha, proof, output } of examples) {
  test(`RFC 9381 example ${name} gives its proof and its output`, () => {
    const made = ecvrfProve(hexToBytes(seed), hexToBytes(alpha));
    assert.equal(bytesToHex(made), proof);
    const verified = ecvrfVerify(hexToBytes(key), hexToBytes(alpha), made);
    assert.equal(verified && bytesToHex(verified), output);
  });
}

const [first] = examples;
const key = hexToBytes(first!.key);
const proof = hexToBytes(first!.proof);

test('a proof shows nothing for another input, another key or with any part changed', () => {
  assert.ok(ecvrfVerify(key, new Uint8Array(0), proof));
  assert.equal(ecvrfVerify(key, Uint8Array.of(0), proof), undefined);
  assert.equal(ecvrfVerify(hexToBytes(examples[1]!.key), new Uint8Array(0), proof), undefined);
  for (const at of [0, 31, 32, 47, 48, 79]) {
    const changed = proof.slice();
    changed[at]! ^= 1;
    assert.equal(ecvrfVerify(key, new Uint8Array(0), changed), undefined, `byte ${at}`);
  }
});

test('an s that is not below the group order is refused, and so is a proof of another length', () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const raised = proof.slice();
  let s = order;
  for (let i = 79; i >= 48; i -= 1) s += BigInt(proof[i]!) << BigInt(8 * (i - 48));
  for (let i = 48; i < 80; i += 1, s >>= 8n) raised[i] = Number(s & 0xffn);
  assert.equal(ecvrfVerify(key, new Uint8Array(0), raised), undefined);
  assert.equal(ecvrfVerify(key, new Uint8Array(0), proof.subarray(0, 79)), undefined);
});

test('a key of small order has no valid proofs', () => {
  const identity = new Uint8Array(32);
  identity[0] = 1;
  assert.equal(ecvrfVerify(identity, new Uint8Array(0), proof), undefined);
});
