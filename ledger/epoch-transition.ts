/**
 * What a closing block does to the state: the next set, its nonce, unbonding that begins, unbonding that is paid.
 * PROTOCOL sections 4 and 6.
 */
import { credit } from './apply-transaction.js';
import type { LedgerContext } from './context.js';
import { emptyNonceDigest, nextNonce } from './epoch-nonce.js';
import { createOverlay, type Overlay } from './overlay.js';
import { partsPerMillion } from './ppm.js';
import { releaseValidator, startUnbonding, startUnbondingOfFullSet } from './stake-requests.js';
import {
  epochKey,
  nonceMaterialKey,
  pastEpochKey,
  previousEpochKey,
  queueKey,
  readEpoch,
  readNonceMaterial,
  readQueue,
  readValidator,
  validatorKey,
} from './state-keys.js';
import { validatorsHash } from './values/identity.js';
import { type Epoch, type Slot, toAmount, toEpoch } from './values/numbers.js';
import type { EpochEntry, SetMember, StakeRequest, StateReader } from './values/state.js';
import type { PublicKey } from './values/text.js';

/** The epoch that a slot's time falls into. A block is closing iff this is later than its own. */
export function epochOfSlot(context: LedgerContext, slot: Slot): Epoch {
  return toEpoch(Math.floor(slot / context.genesis.parameters.slots_per_epoch));
}

/** Opens epoch `number` after all else that the closing block does. @returns the epoch that governs the next block. */
export function closeEpoch(context: LedgerContext, overlay: Overlay, number: Epoch): EpochEntry {
  const old = readEpoch(overlay);
  const validators = moveSet(context, overlay, number);
  payDue(overlay, number);
  const epoch: EpochEntry = {
    kind: 'epoch',
    number,
    nonce: nextNonce(context.crypto, old.nonce, number, readNonceMaterial(overlay).digest),
    validators,
    validators_hash: validatorsHash(context.crypto, validators),
  };
  overlay.set(epochKey, epoch);
  overlay.set(pastEpochKey(old.number), old);
  overlay.set(previousEpochKey, old);
  const period = context.genesis.parameters.unbonding_epochs;
  const from = Math.max(0, old.number - period);
  for (let past = from; past <= old.number && past < number - period; past += 1) {
    const key = pastEpochKey(toEpoch(past));
    if (overlay.get(key) !== undefined) overlay.set(key, null);
  }
  overlay.set(nonceMaterialKey, { kind: 'nonce_material', digest: emptyNonceDigest(context.crypto, number) });
  return epoch;
}

/** Whether a closing block that opens `number` would pay unbonding stake. */
export function hasDuePayouts(state: StateReader, number: Epoch): boolean {
  const first = readQueue(state).payouts[0];
  return first !== undefined && first.epoch <= number;
}

/** Whether a closing block would bring a change of the set nearer: one that counts now, or one that counts next time. */
export function hasPendingSetChange(context: LedgerContext, state: StateReader, number: Epoch): boolean {
  const { requests: all, offenders } = readQueue(state);
  const requests = all.filter(({ change }) => change !== 0);
  if (requests.length === 0 && offenders.length === 0) return false;
  const epoch = readEpoch(state);
  if (requests.some((request) => request.epoch >= epoch.number)) return true;
  const overlay = createOverlay(state);
  moveSet(context, overlay, number);
  const after = readQueue(overlay);
  return JSON.stringify([after.requests, after.offenders]) !== JSON.stringify([requests, offenders]);
}

interface Moving {
  readonly overlay: Overlay;
  readonly number: Epoch;
  readonly period: number;
  readonly places: number;
  readonly members: Map<PublicKey, SetMember>;
  /** Stake of all members. */
  total: number;
  /** How much may change in a closing block. */
  readonly whole: number;
  /** How much still may in this one. */
  budget: number;
  /** Those of the queue, in its order, each with what is left of it. */
  readonly requests: StakeRequest[];
  /** Who found no place in a full set, or lost it: the stake that begins to unbond, and what of it was bonded. */
  readonly letGo: Map<PublicKey, { readonly amount: number; readonly bonded: number }>;
}

/**
 * From the set of the old epoch: offenders leave outside the cap; then requests older than the old epoch in order,
 * until the summed changes reach the cap. A request that reaches it is granted in part and the rest queues.
 */
function moveSet(context: LedgerContext, overlay: Overlay, number: Epoch): readonly SetMember[] {
  const { max_stake_change_ppm, max_validators, unbonding_epochs } = context.genesis.parameters;
  const old = readEpoch(overlay);
  const members = new Map(old.validators.map((member) => [member.key, member]));
  let total = 0;
  for (const { stake } of old.validators) total += stake;
  const whole: number = partsPerMillion(total, max_stake_change_ppm);
  const moving: Moving = {
    ...{ overlay, number, period: unbonding_epochs, places: max_validators },
    ...{ members, total, whole, budget: whole, requests: [], letGo: new Map() },
  };
  removeOffenders(moving);
  const { requests } = moving;
  requests.push(...readQueue(overlay).requests);
  for (let at = 0; at < requests.length; at += 1) {
    const request = requests[at]!;
    if (request.epoch >= old.number) break;
    const rest = grant(moving, request);
    requests[at] = { ...request, change: rest };
    if (moving.budget === 0 && whole > 0) break;
    // A join that waits for a place has the whole budget next time: nothing that comes later may use it up before.
    if (rest > 0 && !members.has(request.validator)) break;
  }
  overlay.set(queueKey, { ...readQueue(overlay), requests: requests.filter(({ change }) => change !== 0) });
  for (const [key, { amount, bonded }] of moving.letGo) {
    startUnbondingOfFullSet(overlay, key, { amount, bonded }, number, unbonding_epochs);
  }
  return [...members.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** @returns what is left of the request */
function grant(moving: Moving, { validator: key, change }: StakeRequest): number {
  if (change < 0) return change + leave(moving, key, -change);
  if (change > 0 && !moving.members.has(key) && moving.members.size >= moving.places) {
    const place = findPlace(moving, change);
    if (place === 'never') letGo(moving, key, change);
    if (place !== 'found') return place === 'never' ? 0 : change;
  }
  return change - join(moving, key, change);
}

/**
 * A place in a full set, for a join of so much stake: that of the member with the least. `never`: the join is not greater, or a
 * whole budget lets no more of it in than that member has, besides that member's leaving; `later`: what is left of the budget
 * does not. PROTOCOL [4-full-set]
 */
function findPlace(moving: Moving, change: number): 'found' | 'later' | 'never' {
  const { members, whole, budget } = moving;
  const least = leastMember(moving);
  if (least === undefined || change <= least.stake || whole - least.stake <= least.stake) return 'never';
  if (budget - least.stake <= least.stake) return 'later';
  members.delete(least.key);
  moving.total -= least.stake;
  moving.budget -= least.stake;
  letGo(moving, least.key, least.stake);
  return 'found';
}

/** Of equal ones the first in key order. No offender that stays as the last stake: it leaves for its offence. */
function leastMember({ overlay, members }: Moving): SetMember | undefined {
  const { offenders } = readQueue(overlay);
  let least: SetMember | undefined;
  for (const member of members.values()) {
    if (offenders.includes(member.key)) continue;
    const isLess = least === undefined || member.stake < least.stake;
    if (isLess || (member.stake === least!.stake && member.key < least!.key)) least = member;
  }
  return least;
}

/**
 * What its owner asked back goes first; the rest is taken from the bonded stake. Other requests of the validator stand: what it
 * bonded beside may find a place by itself.
 */
function letGo({ requests, letGo: all }: Moving, key: PublicKey, amount: number): void {
  let bonded = amount;
  for (const [at, request] of requests.entries()) {
    if (request.validator !== key || request.change >= 0) continue;
    const askedBack = Math.min(bonded, -request.change);
    requests[at] = { ...request, change: request.change + askedBack };
    bonded -= askedBack;
  }
  const before = all.get(key);
  all.set(key, { amount: amount + (before?.amount ?? 0), bonded: bonded + (before?.bonded ?? 0) });
}

/** The last stake stays, whoever holds it: a set is never left without. It leaves when there is other stake. */
function removeOffenders(moving: Moving): void {
  const { overlay, members, number, period } = moving;
  const staying: PublicKey[] = [];
  for (const key of readQueue(overlay).offenders) {
    const stake = members.get(key)?.stake ?? 0;
    if (stake > 0 && stake === moving.total) {
      staying.push(key);
      continue;
    }
    members.delete(key);
    moving.total -= stake;
    releaseValidator(overlay, key, number, period);
  }
  overlay.set(queueKey, { ...readQueue(overlay), offenders: staying });
}

/** @returns how much has come: as much as the budget has room for */
function join(moving: Moving, key: PublicKey, amount: number): number {
  const { vrf_key, owner } = readValidator(moving.overlay, key)!;
  const moved = Math.min(amount, moving.budget);
  if (moved === 0) return 0;
  const stake = (moving.members.get(key)?.stake ?? 0) + moved;
  moving.members.set(key, { key, vrf_key, owner, stake: toAmount(stake) });
  moving.total += moved;
  moving.budget -= moved;
  return moved;
}

/** @returns how much has left: as much as the budget has room for, and never the last stake */
function leave(moving: Moving, key: PublicKey, amount: number): number {
  const { members, overlay, number, period } = moving;
  const member = members.get(key)!;
  const moved = Math.min(amount, moving.budget);
  if (moved === moving.total) return 0;
  if (moved === member.stake) members.delete(key);
  else members.set(key, { ...member, stake: toAmount(member.stake - moved) });
  moving.total -= moved;
  moving.budget -= moved;
  startUnbonding(overlay, key, moved, number, period);
  return moved;
}

function payDue(overlay: Overlay, number: Epoch): void {
  const queue = readQueue(overlay);
  const due = queue.payouts.filter((payout) => payout.epoch <= number);
  if (due.length === 0) return;
  overlay.set(queueKey, { ...queue, payouts: queue.payouts.slice(due.length) });
  for (const key of new Set(due.flatMap((payout) => payout.validators))) {
    const validator = readValidator(overlay, key)!;
    let paid = 0;
    const unbonding = validator.unbonding.filter(({ payable_epoch, amount }) => {
      if (payable_epoch === undefined || payable_epoch > number) return true;
      paid += amount;
      return false;
    });
    overlay.set(validatorKey(key), { ...validator, unbonding });
    credit(overlay, validator.owner, paid);
  }
}
