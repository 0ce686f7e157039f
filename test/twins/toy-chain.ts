/** Blocks and sets without a ledger: every block executes, hashes name who made them, signatures are never checked. */
import { createHash } from 'node:crypto';
import { createSchedule } from '../../consensus/schedule.js';
import type { Hasher, Signer } from '../../ledger/values/crypto.js';
import { type Slot, toAmount, toEpoch, toSlot } from '../../ledger/values/numbers.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { Address, ChainId, Hash, PublicKey, Signature } from '../../ledger/values/text.js';
import { genesisCertificate } from '../../server/replica/recover.js';
import { genesisHeaderOf } from '../consensus/genesis-header.js';

export const chain = 'twins-00000000' as ChainId;
const zero: Hash = `0x${'0'.repeat(64)}`;
const genesisHash: Hash = `0x${'5'.repeat(64)}`;

/** Schedules ask for the same few hashes in every scenario. */
const remembered = new Map<string, string>();
export const hasher: Hasher = {
  sha256Hex(text) {
    const known = remembered.get(text) ?? createHash('sha256').update(text).digest('hex');
    remembered.set(text, known);
    return known;
  },
  sha256OfHex: (digits) => createHash('sha256').update(digits, 'hex').digest('hex'),
};

/** `A` to the key of A; keys sort as names do. */
export const keyOf = (identity: string): PublicKey => `0x${identity.charCodeAt(0).toString(16).padStart(64, '0')}`;

/** Nobody in these scenarios forges: what a twin signs, it signs with its own key. */
export const signerOf = (identity: string): Signer => {
  const publicKey = keyOf(identity);
  return { publicKey, sign: () => publicKey as unknown as Signature };
};

/** @param stakes by identity; 1 for whom none is named */
export function epochOf(
  number: number,
  identities: readonly string[],
  stakes: Readonly<Record<string, number>> = {},
): EpochEntry {
  const validators = [...identities].sort().map((identity) => ({
    key: keyOf(identity),
    vrf_key: keyOf(identity),
    owner: identity as Address,
    stake: toAmount(stakes[identity] ?? 1),
  }));
  const nonce: Hash = `0x${number.toString(16).padStart(64, '0')}`;
  return { kind: 'epoch', number: toEpoch(number), nonce, validators, validators_hash: zero };
}

export const genesisHeader = genesisHeaderOf(chain, genesisHash);
export const genesisFinality = genesisCertificate(genesisHash);

/** The next slot after `after` that `identity` leads in an epoch of these members. */
export function nextSlotOf(epoch: EpochEntry, identity: string, after: number): Slot {
  const members = epoch.validators.map(({ key, stake }) => `${key.slice(-2)}:${stake}`);
  const name = `${epoch.number} ${members} ${identity} ${after}`;
  const known = slots.get(name);
  if (known !== undefined) return known;
  const schedule = createSchedule(hasher, epoch);
  const key = keyOf(identity);
  if (!epoch.validators.some((member) => member.key === key))
    throw new Error(`${identity} leads no slot of this epoch`);
  let slot = toSlot(after + 1);
  while (schedule.leader(slot) !== key) slot = toSlot(slot + 1);
  slots.set(name, slot);
  return slot;
}
const slots = new Map<string, Slot>();
