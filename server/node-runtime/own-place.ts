/** Whether a node's own validator has a place in the set, and if not why: what its operator is told. */
import type { Logger } from 'pino';
import { formatAmount } from '../../client/amounts.js';
import { isSetFixed, placePrice } from '../../ledger/place-price.js';
import { readEpoch, readQueue, readValidator } from '../../ledger/state-keys.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import type { SetMember, StateReader } from '../../ledger/values/state.js';
import type { PublicKey } from '../../ledger/values/text.js';
import type { NodeApi } from '../http/node-api.js';

/** @returns one sentence or two; undefined: it is in the set, or nobody has bonded stake to it yet */
export function observerBecause(genesis: Genesis, state: StateReader, key: PublicKey): string | undefined {
  const { validators } = readEpoch(state);
  const validator = readValidator(state, key);
  if (validator === undefined || validators.some((member) => member.key === key)) return undefined;
  if (validator.slashed_epochs.length > 0) {
    return 'Its validator was slashed and has left the set for good; what is left of its stake is paid out by itself.';
  }
  if (readQueue(state).requests.some((request) => request.validator === key && request.change > 0)) {
    // A full set sends it back.
    if (isSetFixed(validators, genesis.parameters) && placePrice(validators, genesis.parameters) === 0) {
      return 'Its stake waits for ever: the validator set can never change, since max_stake_change of all its stake is less than one unit.';
    }
    return 'Its stake waits to come into the set: from the second epoch change after it was bonded, as far as max_stake_change allows.';
  }
  const letGo = validator.unbonding.filter(({ full_set }) => full_set);
  if (letGo.length === 0) return 'No stake is bonded to its validator.';
  const paid = Math.max(...letGo.map(({ payable_epoch }) => payable_epoch ?? 0));
  return `The set was full, and its stake found no place there or lost it to more stake: it is paid out by epoch ${paid}. ${placeText(genesis, validators)}`;
}

/** What a place in the set takes now. */
function placeText({ parameters, token }: Genesis, validators: readonly SetMember[]): string {
  const price = placePrice(validators, parameters);
  if (price === 0) return 'There is a free place now: its owner may stake again.';
  return price === undefined
    ? 'No stake takes a place now, since max_stake_change leaves no room for replacing even the least member: one has to leave first.'
    : `A place takes more than ${formatAmount(price, token)} now: its owner may stake again.`;
}

/** Tells the log, as epochs change, when the validator comes into the set, leaves it, or is left out for another reason. */
export function watchOwnPlace(api: Pick<NodeApi, 'status' | 'events'>, log: Pick<Logger, 'info' | 'warn'>): void {
  let before = api.status();
  if (before.observer_because !== undefined) log.warn(`this node only observes: ${before.observer_because}`);
  api.events.on('epoch', () => {
    const now = api.status();
    if (now.role === 'validator' && before.role === 'observer')
      log.info('the validator of this node is in the set now');
    if (now.observer_because !== undefined && now.observer_because !== before.observer_because) {
      log.warn(`this node only observes: ${now.observer_because}`);
    }
    before = now;
  });
}
