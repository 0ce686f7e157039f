/**
 * Sends certificates that certify nothing: garbage for signatures, its own signature alone, once or as often as a quorum
 * has members, another block, another epoch.
 */
import { memberIndex } from '../../../consensus/quorum.js';
import { readEpoch } from '../../../ledger/state-keys.js';
import { toEpoch, toView } from '../../../ledger/values/numbers.js';
import type { Certificate } from '../../../ledger/values/vote.js';
import type { CreateActor, Stage } from '../actor.js';
import { signVote } from './signing.js';

const garbage = `0x${'ab'.repeat(64)}` as const;
/** A block that nobody has. */
const ghost = `0x${'f'.repeat(64)}` as const;

/** With one good signature: its own. */
function signAlone(stage: Stage, real: Certificate, times: number): Certificate | undefined {
  const { disk } = stage.self();
  const set = readEpoch(disk);
  const own = memberIndex(set, stage.signer.publicKey);
  if (own < 0 || real.epoch !== set.number) return undefined;
  const block = stage.random.pick([real.block, ghost]);
  const body = { ...real, chain: stage.chain.context.chain, view: toView(real.view + 1), block };
  const { signature } = signVote(stage, body);
  const repeat = <Value>(value: Value): Value[] => Array.from({ length: times }, () => value);
  return { ...real, view: body.view, block, signers: repeat(own), signatures: repeat(signature) };
}

function forge(stage: Stage, real: Certificate): Certificate {
  const { random } = stage;
  switch (random.below(9)) {
    case 0:
      return { ...real, view: toView(real.view + 1), signatures: real.signatures.map(() => garbage) };
    case 1:
      return { ...real, view: toView(real.view + 1), signers: [0], signatures: real.signatures.slice(0, 1) };
    case 2:
      return { ...real, block: ghost };
    case 3:
      return { ...real, epoch: toEpoch(real.epoch + random.between(1, 2)) };
    case 4:
      return { ...real, phase: real.phase === 'commit' ? 'prepare' : 'commit' };
    case 5:
    case 6:
      return signAlone(stage, real, random.pick([1, stage.others.length])) ?? real;
    case 7:
      return { ...real, signatures: real.signatures.slice(1) };
    default:
      return { ...real, signers: real.signers.map(() => 0) };
  }
}

export const certificateForger: CreateActor = (stage) => {
  const forgeAndSend = (real: Certificate): void => {
    const certificate = forge(stage, real);
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
        return [message, { ...message, certificate: forge(stage, message.certificate) }];
      if (message.type !== 'new_view' || message.lock === undefined) return [message];
      return [message, { ...message, lock: forge(stage, message.lock) }];
    },
  };
};
