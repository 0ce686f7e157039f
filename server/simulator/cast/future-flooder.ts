/** Sends votes, proposals and new-views of views to come, near and far, as fast as its links carry them. */
import { slotOfView, viewAt } from '../../../consensus/view.js';
import { toSlot, toView, type View } from '../../../ledger/values/numbers.js';
import type { ReplicaMessage } from '../../replica/ports.js';
import type { CreateActor } from '../actor.js';
import { authorOf } from '../message-lines.js';
import { signNewView, signProposal, signVote } from './signing.js';

/** Of those that a line can carry: view 0 is of genesis alone, and no node takes anything of it from a peer. */
const firstView = 1;

/** Messages for each that its replica sends. */
const burst = 4;

export const futureFlooder: CreateActor = (stage) => {
  const { random } = stage;
  const { parameters } = stage.chain.context.genesis;
  const viewIn = (slot: number, round: number): View =>
    toView(Math.max(firstView, viewAt(parameters, toSlot(slot), round)));
  const future = (message: ReplicaMessage): ReplicaMessage | undefined => {
    const ahead = random.pick([0, 1, 2, 7, 15, 17, 100, 1_000_000]);
    const round = random.below(parameters.rounds_per_slot);
    switch (message.type) {
      case 'vote': {
        const view = viewIn(slotOfView(parameters, message.vote.view) + ahead, round);
        const block = random.chance(500_000) ? message.vote.block : (`0x${'f'.repeat(64)}` as const);
        return { type: 'vote', vote: signVote(stage, { ...message.vote, view, block }) };
      }
      case 'new_block': {
        const view = viewIn(slotOfView(parameters, message.proposal.view) + ahead, round);
        return { ...message, proposal: signProposal(stage, { ...message.proposal, view }) };
      }
      case 'new_view': {
        const slot = toSlot(message.new_view.slot + ahead);
        return { ...message, new_view: signNewView(stage, { ...message.new_view, slot }) };
      }
      default:
        return undefined;
    }
  };
  return {
    outgoing(_to, message) {
      // What it passes on for others it leaves as it is.
      if (authorOf(message) !== stage.signer.publicKey) return [message];
      const more = Array.from({ length: burst }, () => future(message)).filter((one) => one !== undefined);
      return [message, ...more];
    },
  };
};
