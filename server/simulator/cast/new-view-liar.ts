/**
 * Tells every leader that it is locked on the oldest certificate of the epoch and never prepared anything; and now and
 * then that it knows final blocks which nobody has, or none of those that everybody has.
 */
import { toHeight } from '../../../ledger/values/numbers.js';
import type { CertificateReference } from '../../../ledger/values/vote.js';
import type { CreateActor } from '../actor.js';
import { signNewView } from './signing.js';

const boastPpm = 200_000;

export const newViewLiar: CreateActor = (stage) => {
  let oldest: CertificateReference | undefined;
  return {
    outgoing(_to, message) {
      if (message.type !== 'new_view' || message.new_view.validator !== stage.signer.publicKey) return [message];
      const { last_prepare: _hidden, ...shown } = message.new_view;
      if (oldest?.epoch !== shown.lock.epoch) oldest = shown.lock;
      const { final_index } = shown;
      const claimed = stage.random.chance(boastPpm)
        ? stage.random.pick([0, final_index + 1, final_index + 1_000])
        : final_index;
      const told = { ...shown, lock: oldest, final_index: toHeight(claimed) };
      return [{ type: 'new_view', new_view: signNewView(stage, told) }];
    },
  };
};
