/**
 * Who leads a slot: a draw from the epoch's nonce, weighted by stake, defined for every slot, also past the epoch's
 * end. PROTOCOL section 4.
 */
import type { Hasher } from '../ledger/values/crypto.js';
import { domainText } from '../ledger/values/domain.js';
import type { Slot } from '../ledger/values/numbers.js';
import type { EpochEntry } from '../ledger/values/state.js';
import type { PublicKey } from '../ledger/values/text.js';
import { assert } from './assert.js';
import { totalStake } from './quorum.js';

const range = 1n << 256n;
/** Schedules remembered per epoch, so that a status page asking for odd slots cannot grow memory. */
const maxRemembered = 4096;

export interface Schedule {
  leader(slot: Slot): PublicKey;
}

export function createSchedule(hasher: Hasher, epoch: Pick<EpochEntry, 'nonce' | 'validators'>): Schedule {
  const total = BigInt(totalStake(epoch));
  assert(total > 0n, 'an epoch without stake has no leaders');
  const limit = (range / total) * total;
  const remembered = new Map<Slot, PublicKey>();

  const draw = (slot: Slot): PublicKey => {
    const draw256 = (counter: number): bigint =>
      BigInt(`0x${hasher.sha256Hex(domainText('leader', { nonce: epoch.nonce, slot, counter }))}`);
    let x = draw256(0);
    // [4-leader-unbiased] A draw beyond the largest multiple of the total would favour the first keys.
    for (let counter = 1; x >= limit; counter++) x = draw256(counter);
    let point = x % total;
    const drawn = epoch.validators.find(({ stake }) => {
      point -= BigInt(stake);
      return point < 0n;
    });
    return drawn!.key;
  };

  return {
    leader(slot) {
      const known = remembered.get(slot);
      if (known !== undefined) return known;
      const leader = draw(slot);
      if (remembered.size >= maxRemembered) remembered.clear();
      remembered.set(slot, leader);
      return leader;
    },
  };
}
