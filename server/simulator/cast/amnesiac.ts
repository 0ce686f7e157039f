/** Crashes every few slots and comes back with the vote state of a new validator: it remembers nothing it signed. */
import { initialVoteState } from '../../replica/recover.js';
import type { CreateActor } from '../actor.js';

export const amnesiac: CreateActor = (stage) => {
  const { queue, random } = stage;
  const slotUs = stage.chain.context.genesis.parameters.slot_duration_ms * 1000;
  const crashLater = (): void => {
    queue.schedule(queue.now() + random.between(3 * slotUs, 20 * slotUs), () => {
      stage.self().crash();
      queue.schedule(queue.now() + random.between(1, slotUs), () => {
        if (!stage.self().isUp()) stage.self().boot();
      });
      crashLater();
    });
  };
  crashLater();
  return {
    crashed() {
      const { disk } = stage.self();
      disk.loseVoteState();
      disk.onVoteStateWrite(() => 'written');
      disk.open().voteState.write(initialVoteState(stage.chain.context.genesisHash), [], []);
    },
  };
};
