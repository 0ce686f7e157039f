/** Answers that programs wait for. One rule: each of them comes, if only to say that the node stopped before. */
import { notRunning, stoppedMeanwhile } from '../errors.js';

type Begin<Answer> = (resolve: (answer: Answer) => void, reject: (error: unknown) => void) => void;

export interface PendingAnswers {
  /** As `new Promise(begin)`, but that it rejects with NOT_RUNNING where the node stops first, or has stopped. */
  wait<Answer>(begin: Begin<Answer>): Promise<Answer>;
  /** Nothing answers any more. */
  end(): void;
}

export function createPendingAnswers(): PendingAnswers {
  const open = new Set<(error: unknown) => void>();
  let ended = false;
  return {
    wait<Answer>(begin: Begin<Answer>) {
      if (ended) return Promise.reject(notRunning());
      let giveUp: (error: unknown) => void;
      const answer = new Promise<Answer>((resolve, reject) => {
        giveUp = reject;
        open.add(giveUp);
        begin(resolve, reject);
      });
      return answer.finally(() => open.delete(giveUp));
    },
    end() {
      ended = true;
      for (const giveUp of open) giveUp(stoppedMeanwhile());
    },
  };
}
