/** The vote state as a node uses it: whose it is gets said, and a write that fails stops the node. */
import type { Logger } from 'pino';
import type { PublicKey } from '../../ledger/values/text.js';
import type { VoteStateStore } from '../replica/ports.js';
import { isOfAnotherKey } from '../replica/recover.js';

export function createGuardedVoteState(
  store: VoteStateStore,
  ownKey: PublicKey | undefined,
  log: Logger,
  fatal: (sentence: string) => void,
): VoteStateStore {
  return {
    read() {
      const found = store.read();
      if (found !== undefined && ownKey !== undefined && isOfAnotherKey(found, ownKey)) {
        log.warn('The vote state is of another validator key, so that of this key counts as lost.');
      }
      return found;
    },
    write(state, bodies, keep) {
      try {
        store.write(state, bodies, keep);
      } catch (error) {
        // The replica is stopped before this returns, so nothing is sent that was not persisted.
        fatal(`The vote state cannot be written (${(error as Error).message}), so nothing may be signed any more.`);
      }
    },
  };
}
