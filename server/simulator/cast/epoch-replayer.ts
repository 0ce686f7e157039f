/** Keeps what was said, by anyone, and says it again seconds and epochs later, its own votes with today's epoch. */
import type { Epoch } from '../../../ledger/values/numbers.js';
import type { ReplicaMessage } from '../../replica/ports.js';
import type { CreateActor } from '../actor.js';
import { signVote } from './signing.js';

const maxKept = 256;
const kinds: ReadonlySet<string> = new Set(['vote', 'new_block', 'new_view', 'certificate', 'evidence', 'blocks']);

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
