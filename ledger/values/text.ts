/** Texts with a fixed form. Decoders check the form; after that the type is the promise. */

/** `0x` and 64 lower-case hex digits: a SHA-256 hash or an id. */
export type Hash = `0x${string}`;
/** `0x` and 64 lower-case hex digits: a canonical Ed25519 or VRF public key. */
export type PublicKey = `0x${string}`;
/** `0x` and 128 lower-case hex digits: an Ed25519 signature. */
export type Signature = `0x${string}`;
/** `0x` and 160 lower-case hex digits: an RFC 9381 ECVRF-EDWARDS25519-SHA512-ELL2 proof (80 bytes). */
export type VrfProof = `0x${string}`;
/** bech32m over a version byte and 32 bytes; version 0 is an Ed25519 public key. PROTOCOL section 2. */
export type Address = string & { readonly address: unique symbol };
/** Genesis name, `-`, and the first 32 hex digits of the genesis hash. PROTOCOL section 1. */
export type ChainId = string & { readonly chainId: unique symbol };
