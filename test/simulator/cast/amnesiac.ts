/** Crashes every few seconds and comes back with the vote state of a new validator: it remembers nothing it signed. */
import { initialVoteState } from '../../../server/replica/recover.js';
import type { CreateActor } from '../../../server/simulator/actor.js';

export const amnesiac: CreateActor = (stage) => {
  const { queue, random } = stage;
  const crashLater = (): void => {
    queue.schedule(queue.now() + random.between(3_000_000, 20_000_000), () => {
      stage.self().crash();
      queue.schedule(queue.now() + random.between(1, 1_000_000), () => {
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
