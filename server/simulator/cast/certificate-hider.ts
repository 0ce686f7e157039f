/** Shows what it certifies and votes to one other node only, another one in every view. */
import type { CreateActor } from '../actor.js';

export const certificateHider: CreateActor = (stage) => {
  const only = (view: number): number => stage.others[view % stage.others.length]!;
  return {
    outgoing(to, message) {
      switch (message.type) {
        case 'vote':
          return to === only(message.vote.view) ? [message] : [];
        case 'certificate':
          return to === only(message.certificate.view) ? [message] : [];
        case 'new_view': {
          const { lock, ...bare } = message;
          return lock === undefined || to === only(lock.view) ? [message] : [bare];
        }
        default:
          return [message];
      }
    },
  };
};
