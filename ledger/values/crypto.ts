/**
 * The only doors through which the pure floors reach cryptography. The node passes node:crypto and libsodium,
 * a browser passes noble, a simulation may pass a fast stand-in; all must give the same verdicts.
 */
import type { PublicKey, Signature, VrfProof } from './text.js';

export interface Hasher {
  /** SHA-256 of the UTF-8 form of `text`, as 64 lower-case hex digits WITHOUT `0x`. */
  sha256Hex(text: string): string;
  /** SHA-256 of the bytes that an even number of lower-case hex digits stands for, in the same form. */
  sha256OfHex(digits: string): string;
}

export interface Verifier {
  /** Ed25519 under the one acceptance rule (PROTOCOL section 2), over the UTF-8 form of `message`. Never throws. */
  verify(publicKey: PublicKey, message: string, signature: Signature): boolean;
  /**
   * RFC 9381 ECVRF-EDWARDS25519-SHA512-ELL2 over the UTF-8 form of `alpha`.
   * @returns the 64-byte output as 128 lower-case hex digits, or undefined for a proof that does not verify.
   */
  verifyVrf(publicKey: PublicKey, alpha: string, proof: VrfProof): string | undefined;
}

export interface Crypto extends Hasher, Verifier {}

/** A key that signs. Ed25519 is deterministic, so signing is a pure function. */
export interface Signer {
  readonly publicKey: PublicKey;
  sign(message: string): Signature;
}

/** A validator's VRF key. Proving is deterministic as well. */
export interface VrfProver {
  readonly publicKey: PublicKey;
  prove(alpha: string): VrfProof;
}
