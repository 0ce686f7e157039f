/**
 * The X.509 certificate of a node, made from its Ed25519 key alone: self-signed, the same every time, without an end. Nobody
 * vouches for it and it names nobody: it binds a TLS connection to the key (RFC 5280, RFC 8410). DER is written by hand
 * because the one certificate we need has one shape.
 */
import { hash, sign, type X509Certificate } from 'node:crypto';
import { hexToBytes } from '../../ledger/values/hex.js';
import type { PublicKey } from '../../ledger/values/text.js';
import { createSigner, privateKeyOf } from './create-crypto.js';

export interface NodeCertificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

/** @param seed of the node key, 32 bytes */
export function createNodeCertificate(seed: Uint8Array): NodeCertificate {
  const key = privateKeyOf(seed);
  const publicKey = hexToBytes(createSigner(seed).publicKey.slice(2));
  const signed = certificateBody(publicKey);
  const der = sequence(signed, ed25519, bitString(sign(null, signed, key)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: key.export({ format: 'pem', type: 'pkcs8' }) as string,
  };
}

/** The key that a certificate binds a connection to. @returns undefined for a key of another kind */
export function certificateKey(certificate: X509Certificate): PublicKey | undefined {
  const { publicKey } = certificate;
  if (publicKey.asymmetricKeyType !== 'ed25519') return undefined;
  return `0x${Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url').toString('hex')}`;
}

const tlv = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
const bitString = (bytes: Uint8Array): Buffer => tlv(0x03, Buffer.from([0]), bytes);
/** 1.3.101.112 */
const ed25519 = sequence(Buffer.from('06032b6570', 'hex'));

function certificateBody(publicKey: Uint8Array): Buffer {
  const version3 = tlv(0xa0, Buffer.from('020102', 'hex'));
  const serial = hash('sha256', publicKey, 'buffer').subarray(0, 16);
  // A positive integer without a leading zero byte.
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  // commonName, 2.5.4.3
  const commonName = sequence(Buffer.from('0603550403', 'hex'), tlv(0x0c, Buffer.from('slotledger node')));
  const name = sequence(tlv(0x31, commonName));
  // From 2000 on, and never ends (RFC 5280 section 4.1.2.5).
  const validity = sequence(tlv(0x17, Buffer.from('000101000000Z')), tlv(0x18, Buffer.from('99991231235959Z')));
  const keyInfo = sequence(ed25519, bitString(publicKey));
  return sequence(version3, tlv(0x02, serial), ed25519, name, validity, name, keyInfo);
}
