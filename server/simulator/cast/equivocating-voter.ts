/** Votes for two blocks in every view and phase: the right one to one half, another to the other, now and then both. */

import type { Hash } from '../../../ledger/values/text.js';
import type { CreateActor } from '../actor.js';
import { inFirstHalf, signVote } from './signing.js';

export const equivocatingVoter: CreateActor = (stage) => {
  /** A block seen lately, so that its second vote may meet others for the same. */
  let other: Hash = `0x${'e'.repeat(64)}`;
  let latest: Hash = other;
  return {
    incoming(_from, message) {
      if (message.type === 'new_block' && message.block.hash !== latest) {
        other = latest;
        latest = message.block.hash;
      }
      return true;
    },
    outgoing(to, message) {
      if (message.type !== 'vote' || message.vote.validator !== stage.signer.publicKey) return [message];
      const { vote } = message;
      const block = vote.block === other ? latest : other;
      const second = { type: 'vote', vote: signVote(stage, { ...vote, block }) } as const;
      if (stage.random.chance(200_000)) return [message, second];
      return inFirstHalf(vote.view, to) ? [message] : [second];
    },
  };
};
