/**
 * Watches over this machine's clock: against those of the other validators, and for jumps. One rule: while it is in
 * doubt this node signs nothing, and its time runs on as if the clock had not been touched.
 */
import type { SetMember } from '../../ledger/values/state.js';
import type { PublicKey } from '../../ledger/values/text.js';
import type { Clock } from '../replica/ports.js';
import { type ClockOffset, clockProblem, isOverThird, type Stakes, stakeOf, stakesOf } from './clock-check.js';
import { createGuardedClock } from './guarded-clock.js';
import { type ClockSources, createSystemClock, machineTime, sleepForSlots } from './system-clock.js';

export interface ClockPeer {
  readonly validator?: PublicKey | undefined;
  /** Its clock minus ours, ms. */
  readonly clockOffsetMs?: number | undefined;
}

export interface ClockWatchOptions {
  readonly maxOffsetMs: number;
  readonly slotMs: number;
  /** Absent: this node signs nothing anyway, and any time suits it. */
  readonly ownKey: PublicKey | undefined;
  readonly validators: () => readonly SetMember[];
  readonly peers: () => readonly ClockPeer[];
  /** Our clock was set: offsets measured before say nothing any more. */
  readonly forgetOffsets: () => void;
  readonly onSuspect: (suspect: boolean) => void;
  readonly warn: (sentence: string) => void;
  /** That what was warned of is over. */
  readonly inform: (sentence: string) => void;
  /** Starting value: this machine's. */
  readonly sources?: ClockSources;
}

export interface ClockWatch {
  /** The time that is believed. */
  readonly clock: Clock;
  /** A sentence, or undefined while the clock is not in doubt. */
  fault(): string | undefined;
  /** Looks now; it also looks by itself between `start` and `stop`. */
  check(): void;
  start(): void;
  stop(): void;
}

/** A jump below this is as harmless as the offset that is allowed anyway. */
const leastToleranceMs = 25;
const lookAtStartEveryMs = 50;
/** A node that starts waits so long for the clocks of validators with more than a third of the stake. */
const patienceAtStartMs = 2_000;
/** After so long a jump is believed though not all validators that are connected confirm it, or there is none to ask. */
const patienceMs = 30_000;

/** A process that is held up, as at its start, measures the clocks of others wrong at first: the log waits for better answers. */
const patienceOfTheLogMs = 5_000;

const unconfirmed = (jumpMs: number): string =>
  `The clock of this machine was set by ${(jumpMs / 1000).toFixed(1)} s, and other validators do not confirm it.`;

export function createClockWatch(options: ClockWatchOptions): ClockWatch {
  const { maxOffsetMs, ownKey, forgetOffsets, warn, inform } = options;
  const sources = options.sources ?? machineTime;
  const lookEveryMs = sleepForSlots(options.slotMs);
  const toleranceMs = Math.max(leastToleranceMs, maxOffsetMs);
  const guarded = createGuardedClock(toleranceMs, sources);
  let jump: number | undefined;
  let jumpSince = 0;
  let fault: string | undefined;
  let problemSince: number | undefined;
  let warnedOf: string | undefined;
  let startedAt: number | undefined;
  let confirmed = false;
  let stopLooking = (): void => undefined;

  /** Of the set that was looked at last: it changes with an epoch, and looks come several times a second. */
  let stakes = stakesOf([]);
  let stakesAreOf: readonly SetMember[] = [];

  function readStakes(): Stakes {
    const validators = options.validators();
    if (validators !== stakesAreOf) [stakes, stakesAreOf] = [stakesOf(validators), validators];
    return stakes;
  }

  /** Whether others have to vote before anything is final: only then is there somebody to ask. */
  function needsOthers({ total, byKey }: Stakes): boolean {
    const own = ownKey === undefined ? 0 : (byKey.get(ownKey) ?? 0);
    return own > 0 && BigInt(own) * 3n <= BigInt(total) * 2n;
  }

  function noteJump(): void {
    const now = guarded.step();
    const isOther = now === undefined ? jump !== undefined : Math.abs(now - (jump ?? 0)) > toleranceMs;
    if (!isOther) return;
    forgetOffsets();
    if (now !== undefined)
      warn(`The clock of this machine was set by ${(now / 1000).toFixed(1)} s while the node ran.`);
    jump = now;
    jumpSince = sources.steady();
  }

  function believes(offsets: readonly ClockOffset[], of: Stakes, asked: number, problem: string | undefined): boolean {
    if (problem !== undefined) return false;
    if (asked > 0 && offsets.length === asked) return true;
    if (sources.steady() - jumpSince <= patienceMs) return false;
    // Who never answers, however little it has at stake, must not keep a clock that is right in doubt.
    return asked > 0 ? isMeasured(offsets, of) : options.peers().length > 0;
  }

  /** By validators with more than a third of the stake. */
  const isMeasured = (offsets: readonly ClockOffset[], of: Stakes): boolean =>
    isOverThird(
      stakeOf(
        offsets.map(({ validator }) => validator),
        of,
      ),
      of,
    );

  /** At start nobody has been asked yet. */
  function isUnconfirmed(offsets: readonly ClockOffset[], of: Stakes): boolean {
    if (confirmed || startedAt === undefined) return false;
    confirmed = isMeasured(offsets, of) || sources.steady() - startedAt > patienceAtStartMs;
    return !confirmed;
  }

  function tell(problem: string | undefined, measured: boolean): void {
    const now = sources.steady();
    if (problem !== undefined) {
      problemSince ??= now;
      if (warnedOf === problem || now - problemSince < patienceOfTheLogMs) return;
      warnedOf = problem;
      warn(problem);
    } else if (measured) {
      problemSince = undefined;
      if (warnedOf !== undefined && fault === undefined) {
        warnedOf = undefined;
        inform('The clock of this machine agrees with those of the other validators again.');
      }
    }
  }

  function check(): void {
    noteJump();
    const of = readStakes();
    const offsets: ClockOffset[] = [];
    let asked = 0;
    for (const { validator, clockOffsetMs: offsetMs } of options.peers()) {
      if (validator === undefined || !of.byKey.has(validator)) continue;
      asked += 1;
      if (offsetMs !== undefined) offsets.push({ validator, offsetMs });
    }
    const problem = clockProblem(of, offsets, maxOffsetMs);
    const alone = !needsOthers(of);
    if (jump !== undefined && (alone || believes(offsets, of, asked, problem))) {
      guarded.accept();
      jump = undefined;
    }
    fault = problem ?? (jump === undefined ? undefined : unconfirmed(jump));
    tell(problem, isMeasured(offsets, of));
    const waits = !alone && isUnconfirmed(offsets, of);
    options.onSuspect(fault !== undefined || waits);
  }

  function look(): void {
    check();
    stopLooking = sources.after(confirmed ? lookEveryMs : lookAtStartEveryMs, look);
  }

  return {
    clock: createSystemClock(guarded.now, sources.after, lookEveryMs),
    fault: () => fault,
    check,
    start() {
      startedAt = sources.steady();
      look();
    },
    stop: () => stopLooking(),
  };
}
