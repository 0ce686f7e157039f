/**
 * The next epoch's nonce, out of this one's and the VRF outputs of blocks in its first two thirds. The outputs are folded
 * into one digest as they come, so that the state keeps one hash and not hundreds. PROTOCOL section 4.
 */
import type { Hasher } from './values/crypto.js';
import { domainText } from './values/domain.js';
import { hashText } from './values/identity.js';
import type { Epoch, Slot } from './values/numbers.js';
import type { Hash } from './values/text.js';

/** The digest before any output of the epoch. */
export function emptyNonceDigest(hasher: Hasher, epoch: Epoch): Hash {
  return hashText(hasher, domainText('nonce', { epoch }));
}

/** @param output the VRF's 64 bytes as hex. */
export function withVrfOutput(hasher: Hasher, digest: Hash, output: string): Hash {
  return hashText(hasher, domainText('nonce', { digest, output }));
}

/** Whether outputs of this slot count: later ones come when their effect on the next schedule could be reckoned. */
export function countsForNonce(slot: Slot, epoch: Epoch, slotsPerEpoch: number): boolean {
  return 3 * (slot - epoch * slotsPerEpoch) < 2 * slotsPerEpoch;
}

export function nextNonce(hasher: Hasher, nonce: Hash, next: Epoch, digest: Hash): Hash {
  return hashText(hasher, domainText('nonce', { nonce, number: next, digest }));
}
