import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVrfProver, ecvrfProve, ecvrfVerify, verifyVrf } from '../../../ledger/crypto/ecvrf.js';
import { bytesToHex, hexToBytes } from '../../../ledger/values/hex.js';
import type { PublicKey, VrfProof } from '../../../ledger/values/text.js';
import { createCrypto } from '../../../server/crypto/create-crypto.js';

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
  {
    name: '21',
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    key: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    alpha: 'af82',
    proof:
      '926e895d308f5e328e7aa159c06eddbe56d06846abf5d98c2512235eaa57fdce35b46edfc655bc828d44ad09d1150f3' +
      '1374e7ef73027e14760d42e77341fe05467bb286cc2c9d7fde29120a0b2320d04',
    output:
      '121b7f9b9aaaa29099fc04a94ba52784d44eac976dd1a3cca458733be5cd090a7b5fbd148444f17f8daf1fb55cb04b1a' +
      'e85a626e30a54b4b0f8abf4a43314a58',
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

test('provers and verifiers take texts, and malformed ones show nothing', () => {
  const prover = createVrfProver(hexToBytes(examples[1]!.seed));
  const output = examples[1]!.output;
  const made = prover.prove('r');
  assert.equal(made, `0x${examples[1]!.proof}`);
  const verifiers = [verifyVrf, createCrypto().verifyVrf];
  for (const verify of verifiers) {
    // The second answer may be remembered, and must be the same.
    for (let i = 0; i < 2; i += 1) {
      assert.equal(verify(prover.publicKey, 'r', made), output);
      assert.equal(verify(prover.publicKey, 's', made), undefined);
    }
    for (const bad of ['', '0x', made.slice(2), `${made}00`, made.toUpperCase(), `0x${'zz'.repeat(80)}`]) {
      assert.equal(verify(prover.publicKey, 'r', bad as VrfProof), undefined);
    }
    for (const bad of ['', '0x', prover.publicKey.slice(2), `${prover.publicKey}00`, `0x${'ff'.repeat(32)}`]) {
      assert.equal(verify(bad as PublicKey, 'r', made), undefined);
    }
  }
});
