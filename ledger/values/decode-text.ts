/** Decoders of texts and numbers that occur in more than one message. */
import { addressFault } from './address.js';
import type { Amount, Epoch, Height, Nonce, Slot, View } from './numbers.js';
import { ok } from './result.js';
import { type Decoder, describe, integer, refuse, textOf } from './shape.js';
import type { Address, ChainId, Hash, PublicKey, Signature, VrfProof } from './text.js';
import { isChainIdText, isHashText, isSignatureText, isVrfProofText } from './text-forms.js';

export const decodeHash: Decoder<Hash> = textOf(isHashText, 'A hash, 0x and 64 lower-case hex digits,');
export const decodePublicKey: Decoder<PublicKey> = textOf(isHashText, 'A key, 0x and 64 lower-case hex digits,');
export const decodeSignature: Decoder<Signature> = textOf(
  isSignatureText,
  'A signature, 0x and 128 lower-case hex digits,',
);
export const decodeVrfProof: Decoder<VrfProof> = textOf(isVrfProofText, 'A proof, 0x and 160 lower-case hex digits,');
export const decodeChainId: Decoder<ChainId> = textOf(isChainIdText, 'A chain id, a name, - and 32 hex digits,');

export const decodeSlot: Decoder<Slot> = integer(0);
export const decodeEpoch: Decoder<Epoch> = integer(0);
export const decodeView: Decoder<View> = integer(0);
export const decodeHeight: Decoder<Height> = integer(0);
export const decodeNonce: Decoder<Nonce> = integer(0);
/** Zero allowed. */
export const decodeAmount: Decoder<Amount> = integer(0);
export const decodePositiveAmount: Decoder<Amount> = integer(1);

/** Only the id of this chain. */
export function chainDecoder(chain: ChainId): Decoder<ChainId> {
  return (value) =>
    value === chain ? ok(chain) : refuse(`This is for another chain: "${chain}" is expected, not ${describe(value)}.`);
}

/** Addresses with this prefix. */
export function addressDecoder(prefix: string): Decoder<Address> {
  return (value) => {
    if (typeof value !== 'string') return refuse(`An address is expected here, not ${describe(value)}.`);
    const fault = addressFault(value, prefix);
    return fault === undefined ? ok(value as Address) : refuse(fault);
  };
}
