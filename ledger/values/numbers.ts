/**
 * Numbers that must not be mixed. Each is a non-negative safe integer at run time; the brand exists for the
 * compiler only. Make one with its function where the value is known to be good; decoders check first.
 */

declare const unit: unique symbol;
type Branded<Unit extends string> = number & { readonly [unit]: Unit };

/** Time since genesis in slots: floor((time - genesis_time) / slot_duration_ms). PROTOCOL section 1. */
export type Slot = Branded<'slot'>;
/** Number of a validator set's reign: floor(slot / slots_per_epoch) when every epoch has blocks. PROTOCOL section 6. */
export type Epoch = Branded<'epoch'>;
/** slot * rounds_per_slot + round. PROTOCOL section 5. */
export type View = Branded<'view'>;
/** Index of a block: genesis is 0. */
export type Height = Branded<'height'>;
/** Integer of the smallest unit of the token, at most 2^53 - 1. */
export type Amount = Branded<'amount'>;
/** Counter of an account's lane: 0, 1, 2, … */
export type Nonce = Branded<'nonce'>;

export const toSlot = (value: number): Slot => value as Slot;
export const toEpoch = (value: number): Epoch => value as Epoch;
export const toView = (value: number): View => value as View;
export const toHeight = (value: number): Height => value as Height;
export const toAmount = (value: number): Amount => value as Amount;
export const toNonce = (value: number): Nonce => value as Nonce;
