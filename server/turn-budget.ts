/**
 * What work that comes in heaps may take of one turn of the event loop. One rule: a few milliseconds, and the rest in the next
 * turns, so that the loop that votes is never kept waiting.
 */

/** What one turn spends, in ms. */
const sliceMs = 4;

export interface TurnBudget {
  hasLeft(): boolean;
  /** Counts until the turn ends. */
  spend(ms: number): void;
  /** Has the work go on in the next turn, with a budget of its own; once, however often it is asked. */
  goOnLater(): void;
}

/** @param goOn does more of the work @param soon calls back in the next turn of the event loop */
export function createTurnBudget(goOn: () => void, soon: (call: () => void) => void = setImmediate): TurnBudget {
  let spentMs = 0;
  let isAsked = false;
  function goOnLater(): void {
    if (isAsked) return;
    isAsked = true;
    soon(() => {
      isAsked = false;
      spentMs = 0;
      goOn();
    });
  }
  return {
    hasLeft: () => spentMs < sliceMs,
    spend(ms) {
      spentMs += ms;
      goOnLater();
    },
    goOnLater,
  };
}
