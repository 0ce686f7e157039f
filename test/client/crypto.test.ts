/** The client judges signatures by the protocol's one rule, at the edges where libraries differ. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Point } from '@noble/ed25519';
import { accountFromSecret } from '../../client/account.js';
import { clientCrypto } from '../../client/crypto.js';
import { bytesToHex } from '../../ledger/values/hex.js';
import type { PublicKey, Signature } from '../../ledger/values/text.js';

const { publicKey, signer } = accountFromSecret(new Uint8Array(32).fill(5), 'sl');
const order = Point.CURVE().n;

function withS(signature: Signature, change: (s: bigint) => bigint): Signature {
  const s = BigInt(`0x${[...signature.slice(66).matchAll(/../g)].reverse().join('')}`);
  const hex = change(s).toString(16).padStart(64, '0');
  return `0x${signature.slice(2, 66)}${[...hex.matchAll(/../g)].reverse().join('')}`;
}

test('a good signature holds for its message and key alone', () => {
  const signature = signer.sign('text ü');
  assert.equal(clientCrypto.verify(publicKey, 'text ü', signature), true);
  assert.equal(clientCrypto.verify(publicKey, 'text u', signature), false);
  const other = accountFromSecret(new Uint8Array(32).fill(6), 'sl');
  assert.equal(clientCrypto.verify(other.publicKey, 'text ü', signature), false);
});

test('S at or above the group order is refused', () => {
  const signature = signer.sign('x');
  assert.equal(
    clientCrypto.verify(
      publicKey,
      'x',
      withS(signature, (s) => s),
    ),
    true,
  );
  assert.equal(
    clientCrypto.verify(
      publicKey,
      'x',
      withS(signature, (s) => s + order),
    ),
    false,
  );
});

test('keys and R of small order are refused, whatever they would sign', () => {
  const identity = `01${'00'.repeat(31)}`;
  const nothing: Signature = `0x${identity}${'00'.repeat(32)}`;
  assert.equal(clientCrypto.verify(`0x${identity}`, 'x', nothing), false);
  assert.equal(clientCrypto.verify(publicKey, 'x', nothing), false);
});

test('encodings that are not canonical are refused', () => {
  // y = p + 1 encodes the same point as y = 1.
  const notCanonical: PublicKey = `0xee${'ff'.repeat(30)}7f`;
  assert.equal(clientCrypto.verify(notCanonical, 'x', signer.sign('x')), false);
  assert.equal(clientCrypto.verify(`0x${'FF'.repeat(32)}`, 'x', signer.sign('x')), false);
  assert.equal(clientCrypto.verify(publicKey, 'x', '0x00' as Signature), false);
});

test('a key with a part of small order verifies without the cofactor only', () => {
  const torsion = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
  assert.equal(torsion.isSmallOrder(), true);
  const mixed: PublicKey = `0x${bytesToHex(Point.fromHex(publicKey.slice(2)).add(torsion).toBytes())}`;
  assert.equal(clientCrypto.verify(mixed, 'x', signer.sign('x')), false);
});
