/**
 * What a closing block does to the state: the next set, its nonce, unbonding that begins, unbonding that is paid.
 * PROTOCOL sections 4 and 6.
 */
import { credit } from './apply-transaction.js';
import type { LedgerContext } from './context.js';
import { emptyNonceDigest, nextNonce } from './epoch-nonce.js';
import { createOverlay, type Overlay } from './overlay.js';
import { partsPerMillion } from './ppm.js';
import { releaseValidator, startUnbonding } from './stake-requests.js';
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
  readonly context: LedgerContext;
  readonly overlay: Overlay;
  readonly number: Epoch;
  readonly period: number;
  readonly members: Map<PublicKey, SetMember>;
  total: number;
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
  let budget: number = partsPerMillion(total, max_stake_change_ppm);
  const moving: Moving = { context, overlay, number, period: unbonding_epochs, members, total };
  removeOffenders(moving);
  const kept: StakeRequest[] = [];
  const sentBack: PublicKey[] = [];
  for (const request of readQueue(overlay).requests) {
    const { validator, change, epoch } = request;
    if (change === 0 || sentBack.includes(validator)) continue;
    if (epoch >= old.number || budget === 0) {
      kept.push(request);
    } else if (change > 0 && !members.has(validator) && members.size >= max_validators) {
      sentBack.push(validator);
    } else {
      const moved =
        change > 0 ? join(moving, validator, Math.min(change, budget)) : leave(moving, -change, budget, request);
      budget -= moved;
      const rest = change > 0 ? change - moved : change + moved;
      if (rest !== 0) kept.push({ ...request, change: rest });
    }
  }
  overlay.set(queueKey, { ...readQueue(overlay), requests: kept });
  for (const validator of sentBack) releaseValidator(overlay, validator, number, unbonding_epochs);
  return [...members.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
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

function join(moving: Moving, key: PublicKey, amount: number): number {
  const { vrf_key, owner } = readValidator(moving.overlay, key)!;
  const stake = (moving.members.get(key)?.stake ?? 0) + amount;
  moving.members.set(key, { key, vrf_key, owner, stake: toAmount(stake) });
  moving.total += amount;
  return amount;
}

function leave(moving: Moving, amount: number, budget: number, { validator: key }: StakeRequest): number {
  const { members, overlay, number, period } = moving;
  const member = members.get(key)!;
  const moved = Math.min(amount, budget);
  if (moved === moving.total) return 0;
  if (moved === member.stake) members.delete(key);
  else members.set(key, { ...member, stake: toAmount(member.stake - moved) });
  moving.total -= moved;
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
