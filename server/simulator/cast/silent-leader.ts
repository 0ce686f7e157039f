/** Leads and proposes nothing in two of three slots; otherwise as good, or as bad, as its other roles let it be. */
import { slotOfView } from '../../../consensus/view.js';
import type { CreateActor } from '../actor.js';

export const silentLeader: CreateActor = (stage) => ({
  outgoing(_to, message) {
    if (message.type !== 'new_block' || message.proposal.validator !== stage.signer.publicKey) return [message];
    const slot = slotOfView(stage.chain.context.genesis.parameters, message.proposal.view);
    return slot % 3 === 0 ? [message] : [];
  },
});
