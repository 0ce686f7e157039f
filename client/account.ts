/** Accounts as their owners hold them: a secret key, its address, and what it signs. Runs in browsers too. */
import { getPublicKey, hashes, sign } from '@noble/ed25519';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { addressFault, encodeAddress } from '../ledger/values/address.js';
import type { Signer } from '../ledger/values/crypto.js';
import { bytesToHex } from '../ledger/values/hex.js';
import { err, ok, type Result } from '../ledger/values/result.js';
import { transactionSigningText } from '../ledger/values/signing.js';
import type { Address, PublicKey } from '../ledger/values/text.js';
import type { Transaction, TransactionBody, TransactionId } from '../ledger/values/transaction.js';

hashes.sha512 = sha512;

const utf8 = new TextEncoder();

export interface Account {
  readonly address: Address;
  readonly publicKey: PublicKey;
  readonly signer: Signer;
}

/**
 * @param secret 32 bytes: the Ed25519 seed. It is copied.
 * @param prefix of the chain's addresses
 */
export function accountFromSecret(secret: Uint8Array, prefix: string): Account {
  const seed = secret.slice();
  const publicKey: PublicKey = `0x${bytesToHex(getPublicKey(seed))}`;
  const signer: Signer = { publicKey, sign: (message) => `0x${bytesToHex(sign(utf8.encode(message), seed))}` };
  return { address: encodeAddress(prefix, publicKey), publicKey, signer };
}

export function addressOfKey(publicKey: PublicKey, prefix: string): Address {
  return encodeAddress(prefix, publicKey);
}

/** @returns the address, or a sentence that says what is wrong with it */
export function checkAddress(text: string, prefix: string): Result<Address, string> {
  const fault = addressFault(text, prefix);
  return fault === undefined ? ok(text as Address) : err(fault);
}

/** The body with the signature of its sender, ready to be handed in. */
export function signTransaction<Body extends TransactionBody>(body: Body, signer: Signer): Body & Transaction {
  return { ...body, signature: signer.sign(transactionSigningText(body)) } as Body & Transaction;
}

/** Known before it is handed in: the hash of what is signed. */
export function idOfTransaction(transaction: TransactionBody): TransactionId {
  return `0x${bytesToHex(sha256(utf8.encode(transactionSigningText(transaction))))}`;
}
