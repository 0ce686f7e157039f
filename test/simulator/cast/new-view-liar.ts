/** Tells every leader that it is locked on the oldest certificate of the epoch and never prepared anything. */
import type { CertificateReference } from '../../../ledger/values/vote.js';
import type { CreateActor } from '../../../server/simulator/actor.js';
import { signNewView } from './signing.js';

export const newViewLiar: CreateActor = (stage) => {
  let oldest: CertificateReference | undefined;
  return {
    outgoing(_to, message) {
      if (message.type !== 'new_view' || message.new_view.validator !== stage.signer.publicKey) return [message];
      const { last_prepare: _hidden, ...shown } = message.new_view;
      if (oldest?.epoch !== shown.lock.epoch) oldest = shown.lock;
      return [{ type: 'new_view', new_view: signNewView(stage, { ...shown, lock: oldest }) }];
    },
  };
};
