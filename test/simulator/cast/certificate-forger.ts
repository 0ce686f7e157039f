/** Sends certificates that certify nothing: garbage for signatures, too few signers, another block, another epoch. */
import { toEpoch, toView } from '../../../ledger/values/numbers.js';
import type { Certificate } from '../../../ledger/values/vote.js';
import type { CreateActor } from '../../../server/simulator/actor.js';
import type { Random } from '../../../server/simulator/random.js';

const garbage = `0x${'ab'.repeat(64)}` as const;

function forge(random: Random, real: Certificate): Certificate {
  switch (random.below(6)) {
    case 0:
      return { ...real, view: toView(real.view + 1), signatures: real.signatures.map(() => garbage) };
    case 1:
      return { ...real, view: toView(real.view + 1), signers: [0], signatures: real.signatures.slice(0, 1) };
    case 2:
      return { ...real, block: `0x${'f'.repeat(64)}` };
    case 3:
      return { ...real, epoch: toEpoch(real.epoch + random.between(1, 2)) };
    case 4:
      return { ...real, phase: real.phase === 'commit' ? 'prepare' : 'commit' };
    default:
      return { ...real, signers: real.signers.map(() => 0) };
  }
}

export const certificateForger: CreateActor = (stage) => {
  const forgeAndSend = (real: Certificate): void => {
    const certificate = forge(stage.random, real);
    for (const to of stage.others) stage.send(to, { type: 'certificate', certificate });
  };
  return {
    incoming(_from, message) {
      if (message.type === 'new_block') forgeAndSend(message.justify);
      if (message.type === 'blocks' && message.finality[0] !== undefined) forgeAndSend(message.finality[0]);
      return true;
    },
    outgoing(_to, message) {
      if (message.type === 'certificate')
        return [message, { ...message, certificate: forge(stage.random, message.certificate) }];
      if (message.type !== 'new_view' || message.lock === undefined) return [message];
      return [message, { ...message, lock: forge(stage.random, message.lock) }];
    },
  };
};
