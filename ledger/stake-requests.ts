/**
 * Stake on its way into and out of the set. What a member's weight in the set stands on is its bonded stake and the
 * unbonding stake that still waits to leave; the queue holds the difference between weight and bonded stake, one
 * request per validator and epoch, in order of request.
 */
import type { Overlay } from './overlay.js';
import { queueKey, readEpoch, readQueue, readValidator, validatorKey } from './state-keys.js';
import { assert } from './values/assertion.js';
import { type Epoch, toAmount, toEpoch } from './values/numbers.js';
import type { QueueEntry, StakeRequest, Unbonding, ValidatorEntry } from './values/state.js';
import type { PublicKey } from './values/text.js';

/** A new join is refused beyond this many requests, so that a closing block stays cheap. */
const maxStakeRequests = 1024;
/** Requests to leave of one validator, so that what waits is bounded by who may leave. */
const maxLeaves = 8;

/** Whether stake of a validator that asked for nothing in this epoch finds room in the queue: closing blocks make it. */
export function takesNewStake(queue: QueueEntry): boolean {
  return queue.requests.length < maxStakeRequests;
}

/** Whether stake of so much finds room in the queue. What adds to a join of this epoch, or takes back what was asked back in it, always does. */
export function hasRoomForStake(queue: QueueEntry, validator: PublicKey, epoch: Epoch, amount: number): boolean {
  const at = lastRequestOf(queue, validator, epoch);
  if (at === undefined) return takesNewStake(queue);
  const { change } = queue.requests[at]!;
  // Else who asks one unit back and bonds two makes a new join in each epoch, however many wait.
  return change > 0 || change + amount <= 0 || queue.requests.length <= maxStakeRequests;
}

/** Whether the validator may ask so much back: always if that adds to what it asked back in this epoch, or only makes a join smaller. */
export function hasRoomForLeave(queue: QueueEntry, validator: PublicKey, epoch: Epoch, amount: number): boolean {
  const at = lastRequestOf(queue, validator, epoch);
  const before = at === undefined ? 0 : queue.requests[at]!.change;
  return before < 0 || before >= amount || !hasLeaves(queue.requests, validator, maxLeaves);
}

/** Whether so many requests to leave of the validator wait. */
function hasLeaves(requests: readonly StakeRequest[], validator: PublicKey, count: number): boolean {
  let left = count;
  for (const request of requests) {
    if (request.change < 0 && request.validator === validator) left -= 1;
    if (left === 0) return true;
  }
  return false;
}

/**
 * Queues a change of stake. Unbonding stake that no weight in the set stands on (it was asked back before it ever
 * counted, or new stake took its place) begins its period at once.
 */
export function requestStake(overlay: Overlay, key: PublicKey, change: number, unbondingEpochs: number): void {
  const { number } = readEpoch(overlay);
  const queue = readQueue(overlay);
  const at = lastRequestOf(queue, key, number);
  const before = at === undefined ? 0 : queue.requests[at]!.change;
  const request: StakeRequest = { validator: key, epoch: number, change: before + change };
  // Not with a spread, which takes ten times as long for a queue of thousands.
  const requests = at === undefined ? queue.requests.concat(request) : queue.requests.with(at, request);
  overlay.set(queueKey, { ...queue, requests });
  // What waits of a validator is what its requests to leave will let go, before and after each. So what this one adds to either
  // tells the difference, and a queue of many thousands need not be read for it.
  const added = leavingIn(change);
  const needed = leavingIn(request.change) - leavingIn(before);
  startUnbonding(overlay, key, added - needed, toEpoch(number + 1), unbondingEpochs);
}

const leavingIn = (change: number): number => Math.max(0, -change);

/** The validator's request of this epoch; its requests of an epoch are one, and those of this epoch are the last in the queue. */
function lastRequestOf(queue: QueueEntry, validator: PublicKey, epoch: Epoch): number | undefined {
  for (let at = queue.requests.length - 1; at >= 0; at -= 1) {
    const request = queue.requests[at]!;
    if (request.epoch < epoch) return undefined;
    if (request.validator === validator) return at;
  }
  return undefined;
}

/** Unbonding stake that still waits for a closing block. */
export function waitingOf(validator: ValidatorEntry): number {
  let waiting = 0;
  for (const { amount, since_epoch } of validator.unbonding) if (since_epoch === undefined) waiting += amount;
  return waiting;
}

/** Waiting stake is one item, however often it was asked for. */
export function withWaiting(unbonding: readonly Unbonding[], amount: number): Unbonding[] {
  let waiting = amount;
  const others: Unbonding[] = [];
  for (const item of unbonding) {
    if (item.since_epoch === undefined) waiting += item.amount;
    else others.push(item);
  }
  if (waiting > 0) others.push({ amount: toAmount(waiting) });
  return others;
}

/** Lets `amount` of the waiting stake begin its unbonding period; it is paid from epoch since + unbonding_epochs on. */
export function startUnbonding(
  overlay: Overlay,
  key: PublicKey,
  amount: number,
  since: Epoch,
  unbondingEpochs: number,
  why: Pick<Unbonding, 'full_set'> = {},
): void {
  if (amount <= 0) return;
  const validator = readValidator(overlay, key)!;
  const waiting = waitingOf(validator);
  assert(amount <= waiting, 'more stake begins to unbond than waits');
  const payable = toEpoch(since + unbondingEpochs);
  const unbonding: Unbonding[] = [];
  let started = amount;
  for (const item of validator.unbonding) {
    if (item.since_epoch === undefined) continue;
    const isAlike = item.payable_epoch === payable && item.since_epoch === since && item.full_set === why.full_set;
    if (isAlike) started += item.amount;
    else unbonding.push(item);
  }
  unbonding.push({ amount: toAmount(started), since_epoch: since, payable_epoch: payable, ...why });
  if (waiting > amount) unbonding.push({ amount: toAmount(waiting - amount) });
  overlay.set(validatorKey(key), { ...validator, unbonding });
  const queue = readQueue(overlay);
  overlay.set(queueKey, { ...queue, payouts: withPayout(queue.payouts, payable, key) });
}

/** Lets stake begin its period that the full set has no place for: `bonded` of it was bonded, the rest waits to leave anyway. */
export function startUnbondingOfFullSet(
  overlay: Overlay,
  key: PublicKey,
  stake: { readonly amount: number; readonly bonded: number },
  since: Epoch,
  unbondingEpochs: number,
): void {
  const validator = readValidator(overlay, key)!;
  const bonded = toAmount(validator.bonded - stake.bonded);
  const unbonding = withWaiting(validator.unbonding, stake.bonded);
  overlay.set(validatorKey(key), { ...validator, bonded, unbonding });
  startUnbonding(overlay, key, stake.amount, since, unbondingEpochs, { full_set: true });
}

/** Moves all bonded stake out and begins the period of all that waits: the validator has left the set. */
export function releaseValidator(overlay: Overlay, key: PublicKey, since: Epoch, unbondingEpochs: number): void {
  const validator = readValidator(overlay, key)!;
  const waiting = waitingOf(validator) + validator.bonded;
  const unbonding = withWaiting(validator.unbonding, validator.bonded);
  overlay.set(validatorKey(key), { ...validator, bonded: toAmount(0), unbonding });
  dropRequests(overlay, key);
  startUnbonding(overlay, key, waiting, since, unbondingEpochs);
}

export function dropRequests(overlay: Overlay, key: PublicKey): void {
  const queue = readQueue(overlay);
  const requests: readonly StakeRequest[] = queue.requests.filter((request) => request.validator !== key);
  if (requests.length < queue.requests.length) overlay.set(queueKey, { ...queue, requests });
}

function withPayout(payouts: QueueEntry['payouts'], epoch: Epoch, key: PublicKey): QueueEntry['payouts'] {
  const at = payouts.findIndex((payout) => payout.epoch === epoch);
  const due = payouts[at];
  if (due === undefined) return [...payouts, { epoch, validators: [key] }].sort((a, b) => a.epoch - b.epoch);
  if (due.validators.includes(key)) return payouts;
  return payouts.with(at, { epoch, validators: [...due.validators, key] });
}
