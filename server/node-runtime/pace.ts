/**
 * How fast transactions are taken in. One rule: where more are ready than become final in half a second, no faster than they become
 * final, so that who has paid waits a second or two for finality and not behind all that a flood has brought. Taking a transaction in
 * costs more CPU time than making it final: where all CPUs are busy, a flood leaves little for the votes.
 */
import type { Clock } from '../replica/ports.js';

export interface Pace {
  /** Calls back when so many more may be taken in: at once where few are ready. A few do not wait behind long lists. */
  admit(count: number, go: () => void): void;
  /** So many have become final. */
  final(count: number): void;
  /** Transactions that wait to be taken in. */
  readonly held: number;
  /** Takes in what waits, and at once whatever comes later. */
  close(): void;
}

export interface PaceParts {
  /** Transactions that a block could take. */
  readonly ready: () => number;
  /** Steady. */
  readonly clock: Clock;
}

/** So many may always be ready: two full blocks. */
const leastReady = 1000;
/** Of finality's rate. */
const horizonMs = 500;
/** Over how long the rate is a mean. */
const rateOverMs = 1000;
/** A rate that is this low says little: of a chain that has just begun to work, or that stands still. */
const leastPerSecond = 100;
/** Without finality for so long nothing is held: there is nothing to keep pace with. */
const stalledMs = 10_000;
/** Nobody is held for longer: clients wait some ten seconds for an answer. */
const longestWaitMs = 5_000;
const tickMs = 10;
/** A list of more than these waits behind those that are shorter. */
const fewTransactions = 8;
/** What is saved up while nobody asks: no burst. */
const mostCredit = 100;

interface Held {
  readonly count: number;
  readonly since: number;
  readonly go: () => void;
}

export function createPace({ ready, clock }: PaceParts): Pace {
  const short: Held[] = [];
  const long: Held[] = [];
  let held = 0;
  let closed = false;
  let isTicking = false;
  let credit = 0;
  let lookedAt = clock.now();
  /** Transactions that became final, each counted less the longer ago it was; as of `finalAt`. */
  let recent = 0;
  let finalAt = Number.NEGATIVE_INFINITY;

  const recentNow = (now: number): number => recent * Math.exp((finalAt - now) / rateOverMs);

  /** Transactions a second. Several nodes hold their clients back by this: together they come to what becomes final. */
  function allowed(now: number): number {
    const perSecond = Math.max((recentNow(now) * 1000) / rateOverMs, leastPerSecond);
    const wanted = Math.max(leastReady, (perSecond * horizonMs) / 1000);
    const found = ready();
    if (closed || found <= wanted || now - finalAt > stalledMs) return Number.POSITIVE_INFINITY;
    return Math.max(perSecond * (wanted / found) ** 2, leastPerSecond);
  }

  function look(): void {
    const now = clock.now();
    const perSecond = allowed(now);
    credit = perSecond === Number.POSITIVE_INFINITY ? mostCredit : credit + (perSecond * (now - lookedAt)) / 1000;
    credit = Math.min(credit, mostCredit);
    lookedAt = now;
    for (const queue of [short, long]) {
      while (queue.length > 0) {
        if (credit <= 0 && now - queue[0]!.since < longestWaitMs) break;
        const { count, go } = queue.shift()!;
        held -= count;
        if (perSecond !== Number.POSITIVE_INFINITY) credit -= count;
        go();
      }
    }
    if (held > 0) tickLater();
  }

  function tickLater(): void {
    if (isTicking) return;
    isTicking = true;
    clock.at(clock.now() + tickMs, () => {
      isTicking = false;
      look();
    });
  }

  return {
    admit(count, go) {
      (count > fewTransactions ? long : short).push({ count, since: clock.now(), go });
      held += count;
      if (isTicking && !closed) return;
      look();
    },
    final(count) {
      const now = clock.now();
      recent = recentNow(now) + count;
      finalAt = now;
    },
    get held() {
      return held;
    },
    close() {
      closed = true;
      look();
    },
  };
}
