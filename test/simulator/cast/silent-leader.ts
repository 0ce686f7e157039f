/** Leads a slot and proposes nothing; otherwise as good as any. */
import type { CreateActor } from '../../../server/simulator/actor.js';

export const silentLeader: CreateActor = (stage) => ({
  outgoing: (_to, message) =>
    message.type === 'new_block' && message.proposal.validator === stage.signer.publicKey ? [] : [message],
});
