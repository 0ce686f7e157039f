/**
 * Whose turn it is to be written to. A thousand listeners want the same block at once, and some read the ledger from its
 * beginning: they are served in slices of a few milliseconds, with as long a rest after each, so that the loop that votes is
 * never kept waiting and keeps half of its time. Who is late finds several blocks due and gets them in one write.
 */

/** What came of a turn. */
export type Turn =
  /** Nothing is due, or the socket is full. */
  | 'done'
  /** There is more. */
  | 'more'
  /** What is due next has to be read from the ledger. */
  | 'behind';

export interface Reader {
  /** Writes one portion. @param mayRead whether a block that is not at hand may be read from the ledger */
  readonly turn: (mayRead: boolean) => Turn;
}

export interface FanOut {
  /** Something may be due. */
  readonly add: (reader: Reader) => void;
  readonly remove: (reader: Reader) => void;
  readonly close: () => void;
}

/** A slice ends when it has taken so long, in ms. */
const sliceMs = 2;

/** @param monotonic milliseconds that only go forward */
export function createFanOut(monotonic: () => number): FanOut {
  /** In the order in which they came. */
  const near = new Set<Reader>();
  const behind = new Set<Reader>();
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let restsUntil = 0;

  function schedule(): void {
    if (timer !== undefined || immediate !== undefined || near.size + behind.size === 0) return;
    const rest = restsUntil - monotonic();
    if (rest <= 0) immediate = setImmediate(slice);
    else timer = setTimeout(slice, Math.ceil(rest));
  }

  function slice(): void {
    timer = undefined;
    immediate = undefined;
    const began = monotonic();
    while (near.size > 0 && monotonic() - began < sliceMs) serve(near, false);
    // One of those who need the ledger: a full block takes some milliseconds to read. What it reads others may have waited for.
    if (behind.size > 0) {
      serve(behind, true);
      for (const reader of behind) near.add(reader);
      behind.clear();
    }
    const ended = monotonic();
    restsUntil = ended + (ended - began);
    schedule();
  }

  function serve(queue: Set<Reader>, mayRead: boolean): void {
    const [reader] = queue;
    if (reader === undefined) return;
    queue.delete(reader);
    const turn = reader.turn(mayRead);
    if (turn === 'more') near.add(reader);
    else if (turn === 'behind') behind.add(reader);
  }

  return {
    add(reader) {
      if (!behind.has(reader)) near.add(reader);
      schedule();
    },
    remove(reader) {
      near.delete(reader);
      behind.delete(reader);
    },
    close() {
      near.clear();
      behind.clear();
      clearTimeout(timer);
      clearImmediate(immediate);
    },
  };
}
