/**
 * The consensus core: events in, effects out. HotStuff-2 over slots, as docs/PROTOCOL.md sections 4 to 6 say.
 *
 * Upon a slot: tell its leader what is locked (on-slot). Leading: propose on the lock (propose). Upon a proposal:
 * execute and prepare (on-proposal). Upon a quorum of prepare votes: lock and commit (on-certificate). Upon a quorum
 * of commit votes: final. Everything that must not be forgotten is decided in safety.ts.
 */

import { type Slot, toHeight } from '../ledger/values/numbers.js';
import type { Hash, PublicKey } from '../ledger/values/text.js';
import type { ConsensusConfig, Recovered } from './config.js';
import { type CoreState, createCoreState } from './core-state.js';
import { type Description, describe } from './describe.js';
import type { Effect } from './effect.js';
import type { Input } from './input.js';
import { onBlockFetched, onBlockValidated } from './on-block.js';
import { onCertificate } from './on-certificate.js';
import { onFinalAdvanced } from './on-final-advanced.js';
import { onNewView } from './on-new-view.js';
import { onProposal } from './on-proposal.js';
import { onDeltaTimer, onSlotStarted } from './on-slot.js';
import { onVote } from './on-vote.js';
import { onAgainTimer, onBlockBuilt, tryPropose } from './propose.js';
import { emit } from './send.js';
import { takeEffects } from './take-effects.js';
import { forget, keptBodies } from './unfinal-blocks.js';

export interface Consensus {
  /** Takes one input. Effects are to be carried out in order before the next input is given. */
  step(input: Input): readonly Effect[];
  describe(): Description;
  /** [5-bodies-stay] Blocks whose bodies the driver may not forget for want of room. */
  keptBodies(): readonly Hash[];
  /** Leader of a slot in the running epoch. */
  leader(slot: Slot): PublicKey;
}

export function createConsensus(config: ConsensusConfig, recovered: Recovered): Consensus {
  const state = createCoreState(config, recovered);
  return {
    step(input) {
      state.now = input.now;
      take(state, input);
      for (let own = state.ownInputs.shift(); own !== undefined; own = state.ownInputs.shift()) take(state, own);
      return takeEffects(state);
    },
    describe: () => describe(state),
    keptBodies: () => keptBodies(state),
    leader: (slot) => state.schedule.leader(slot),
  };
}

/** Of what somebody signed; 0, which is never a later one, for all else. A new-view says more, and is taken anyway. */
function epochOf(input: Input): number {
  switch (input.type) {
    case 'proposal':
      return input.proposal.epoch;
    case 'vote':
      return input.vote.epoch;
    case 'certificate':
      return input.certificate.epoch;
    default:
      return 0;
  }
}

function take(state: CoreState, input: Input): void {
  // [6-catch-up] The driver keeps such a message until it can check it; the core asks for what it lacks.
  if (epochOf(input) > state.epoch.number) {
    emit(state, { type: 'catch_up', from_index: toHeight(state.tip.index + 1) });
    return;
  }
  switch (input.type) {
    case 'slot_started':
      onSlotStarted(state, input.slot);
      break;
    case 'timer_fired':
      if (input.timer === 'delta') onDeltaTimer(state);
      else onAgainTimer(state);
      break;
    case 'work_available':
      tryPropose(state);
      break;
    case 'proposal':
      onProposal(state, input);
      break;
    case 'vote':
      onVote(state, input.vote);
      break;
    case 'certificate':
      onCertificate(state, input.certificate);
      break;
    case 'new_view':
      onNewView(state, input.new_view, input.lock);
      break;
    case 'block_built':
      onBlockBuilt(state, input.view, input.block);
      break;
    case 'block_validated':
      onBlockValidated(state, input.block, input.valid ? undefined : input.reason);
      break;
    case 'block_fetched':
      onBlockFetched(state, input.block);
      break;
    case 'block_forgotten':
      forget(state, input.block);
      break;
    case 'final_advanced':
      onFinalAdvanced(state, input);
      break;
    case 'final_stored':
      state.storedIndex = Math.max(state.storedIndex, input.index);
      tryPropose(state);
      break;
    case 'clock_suspect':
      state.clockSuspect = input.suspect;
      tryPropose(state);
      break;
  }
}
