/** Prepares and commits whatever is proposed, whatever it is locked on and whether or not there is a QC. */
import type { CreateActor } from '../../../server/simulator/actor.js';
import { signVote } from './signing.js';

export const lockIgnorer: CreateActor = (stage) => ({
  incoming(_from, message) {
    if (message.type !== 'new_block') return true;
    const { chain, epoch, view, block } = message.proposal;
    for (const phase of ['prepare', 'commit'] as const) {
      const vote = signVote(stage, { chain, epoch, view, block, phase, justify_view: message.justify.view });
      for (const to of stage.others) stage.send(to, { type: 'vote', vote });
    }
    return true;
  },
  // Its replica's own votes would only repeat or contradict these.
  outgoing: (_to, message) => (message.type === 'vote' ? [] : [message]),
});
