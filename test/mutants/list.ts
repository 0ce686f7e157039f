/**
 * Every deliberate breakage, by section of the protocol. One rule: the simulator, the twins or the fast tests notice
 * each of them, and a text that is no longer in the sources fails the run.
 */
import { disk } from './list/disk.js';
import { epochs } from './list/epochs.js';
import { evidence } from './list/evidence.js';
import { proposals } from './list/proposals.js';
import { quorum } from './list/quorum.js';
import { replica } from './list/replica.js';
import { schedule } from './list/schedule.js';
import { slashing } from './list/slashing.js';
import { stake } from './list/stake.js';
import { terms } from './list/terms.js';
import { transactions } from './list/transactions.js';
import { voteState } from './list/vote-state.js';
import { votes } from './list/votes.js';
import type { Mutant } from './mutant.js';

export const mutants: readonly Mutant[] = [
  ...quorum,
  ...votes,
  ...proposals,
  ...terms,
  ...voteState,
  ...epochs,
  ...schedule,
  ...evidence,
  ...transactions,
  ...slashing,
  ...stake,
  ...replica,
  ...disk,
];

export { equivalents } from './list/equivalents.js';
