/** Proposes two blocks in one view, each to one half of the others. */
import type { Block } from '../../../ledger/values/block.js';
import type { CreateActor } from '../actor.js';
import { rivalOf } from './rival-block.js';
import { isShown, repropose } from './signing.js';

export const equivocatingLeader: CreateActor = (stage) => {
  const rivals = new Map<string, Block | undefined>();
  return {
    outgoing(to, message) {
      if (message.type !== 'new_block' || message.proposal.validator !== stage.signer.publicKey) return [message];
      const { proposal, block, justify } = message;
      const isNew = block.hash !== justify.block;
      if (isNew && !rivals.has(block.hash)) rivals.set(block.hash, rivalOf(stage, block));
      const rival = isNew ? rivals.get(block.hash) : undefined;
      if (rival === undefined || isShown(block.hash, [block.hash, rival.hash], proposal.view, to)) return [message];
      return [repropose(stage, proposal, rival, justify)];
    },
  };
};
