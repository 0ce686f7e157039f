/**
 * Prepares and commits whatever is proposed, whatever it is locked on and whether or not there is a QC. Where a leader
 * proposes two blocks it tells each half of the others that all is well with theirs.
 */
import type { Proposal } from '../../../ledger/values/vote.js';
import type { CreateActor } from '../actor.js';
import { isShown, signVote } from './signing.js';

/** More views than any flood has: two of its like would pass on to each other without end what they forgot. */
const maxRemembered = 4_096;
/** Long enough to hear of both blocks of a view over good links. */
const patienceUs = 4_000;

export const lockIgnorer: CreateActor = (stage) => {
  const byView = new Map<number, Proposal[]>();

  /** @returns whether it is new */
  const hear = (proposal: Proposal): boolean => {
    const known = byView.get(proposal.view);
    if (known?.some(({ block }) => block === proposal.block)) return false;
    if (known !== undefined) {
      known.push(proposal);
      return true;
    }
    byView.set(proposal.view, [proposal]);
    if (byView.size > maxRemembered) byView.delete(byView.keys().next().value!);
    stage.queue.schedule(stage.queue.now() + patienceUs, () => voteIn(proposal.view));
    return true;
  };
  const voteIn = (view: number): void => {
    const proposals = byView.get(view) ?? [];
    const blocks = proposals.map(({ block }) => block);
    for (const { chain, epoch, view, block, justify } of proposals) {
      for (const phase of ['prepare', 'commit'] as const) {
        const vote = signVote(stage, { chain, epoch, view, block, phase, justify_view: justify.view });
        for (const to of stage.others) if (isShown(block, blocks, view, to)) stage.send(to, { type: 'vote', vote });
      }
    }
  };

  return {
    incoming(_from, message) {
      // Passed on, as peers do: so its like hear of every proposal.
      if (message.type === 'new_block' && hear(message.proposal))
        for (const to of stage.others) stage.send(to, message);
      return true;
    },
    outgoing(_to, message) {
      // Its replica's own votes would only repeat or contradict these.
      if (message.type === 'vote') return [];
      if (message.type === 'new_block') hear(message.proposal);
      return [message];
    },
  };
};
