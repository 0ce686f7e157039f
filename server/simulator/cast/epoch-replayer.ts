/**
 * Keeps what was said, by anyone, and says it again seconds and epochs later, also to who said it first; votes out of
 * certificates too, as if they had been sent alone; its own votes with today's epoch.
 */
import { readCertifyingSet } from '../../../ledger/state-keys.js';
import type { Epoch } from '../../../ledger/values/numbers.js';
import type { Certificate } from '../../../ledger/values/vote.js';
import type { ReplicaMessage } from '../../replica/ports.js';
import type { CreateActor, Stage } from '../actor.js';
import { signVote } from './signing.js';

const maxKept = 256;
const kinds: ReadonlySet<string> = new Set(['vote', 'new_block', 'new_view', 'certificate', 'evidence', 'blocks']);

function certificateIn(message: ReplicaMessage): Certificate | undefined {
  if (message.type === 'new_block') return message.justify;
  if (message.type === 'certificate') return message.certificate;
  return message.type === 'blocks' ? message.finality.at(-1) : undefined;
}

/** One of the votes that it is made of. Genesis has none. */
function voteOutOf(stage: Stage, certificate: Certificate): ReplicaMessage | undefined {
  const { phase, epoch, view, block, justify_view, signers, signatures } = certificate;
  if (signers.length === 0) return undefined;
  const at = stage.random.below(signers.length);
  const validator = readCertifyingSet(stage.self().disk, epoch)?.validators[signers[at]!]?.key;
  if (validator === undefined) return undefined;
  const { chain } = stage.chain.context;
  const body = { chain, epoch, view, block, phase, justify_view } as const;
  return { type: 'vote', vote: { ...body, validator, signature: signatures[at]! } };
}

export const epochReplayer: CreateActor = (stage) => {
  const kept: ReplicaMessage[] = [];
  let epoch: Epoch | undefined;
  const keep = (message: ReplicaMessage): void => {
    if (!kinds.has(message.type)) return;
    if (message.type === 'vote') epoch = message.vote.epoch;
    // Replaces at random, so that old epochs stay among what it keeps.
    if (kept.length < maxKept) kept.push(message);
    else if (stage.random.chance(100_000)) kept[stage.random.below(maxKept)] = message;
  };
  const replay = (): void => {
    stage.queue.schedule(stage.queue.now() + stage.random.between(50_000, 500_000), replay);
    if (kept.length === 0) return;
    const old = stage.random.pick(kept);
    for (const to of stage.others) stage.send(to, old);
  };
  replay();
  return {
    incoming(_from, message) {
      keep(message);
      const certificate = certificateIn(message);
      const vote = certificate && voteOutOf(stage, certificate);
      if (vote !== undefined) keep(vote);
      return true;
    },
    outgoing(_to, message) {
      keep(message);
      if (message.type !== 'vote' || epoch === undefined || !stage.random.chance(50_000)) return [message];
      const old = stage.random.pick(kept);
      return old.type !== 'vote' || old.vote.epoch === epoch
        ? [message]
        : [message, { type: 'vote', vote: signVote(stage, { ...old.vote, epoch }) }];
    },
  };
};
