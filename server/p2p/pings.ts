/**
 * Asks one peer every PING_INTERVAL_MS how it is: its head, its clock, whether it is still there. The one rule: an
 * offset is believed as far as its round trip was short, so of the last answers the fastest counts.
 */
import type { Clock, Head } from '../replica/ports.js';
import { FIRST_PINGS, MAX_MISSED_PONGS, PING_INTERVAL_MS } from './limits.js';

const SAMPLES = 8;

interface Sample {
  readonly rttMs: number;
  readonly offsetMs: number;
}

export interface PingState {
  /** A ping to send now, or `lost`: too many were not answered. */
  next(
    head: Head,
  ): { readonly type: 'ping'; readonly id: number; readonly head: Head; readonly clock: number } | 'lost';
  /** @returns whether to ask again at once: too few answers to tell a slow one from a clock that is off */
  onPong(id: number, clockThere: number): boolean;
  rttMs(): number | undefined;
  /** Its clock minus ours, ms. Wrong by at most half the round trip. */
  clockOffsetMs(): number | undefined;
  /** Our clock was set: what was measured before says nothing any more. */
  forgetOffset(): void;
}

/** @param clock for intervals @param wallNow what is compared with the other's */
export function createPingState(clock: Clock, nextId: () => number, wallNow: () => number): PingState {
  /** Send times of pings without an answer, by id, oldest first; `wall`: of the clock that is compared. */
  const sentAtById = new Map<number, { readonly at: number; readonly wall: number | undefined }>();
  let samples: readonly Sample[] = [];
  let fastest: Sample | undefined;

  return {
    next(head) {
      // News of a head are pings as well: many in a short time say nothing of a peer that is busy for two seconds.
      const [oldest] = sentAtById.values();
      const isLate = oldest !== undefined && clock.now() - oldest.at >= MAX_MISSED_PONGS * PING_INTERVAL_MS;
      if (isLate && sentAtById.size >= MAX_MISSED_PONGS) return 'lost';
      const id = nextId();
      const wall = wallNow();
      sentAtById.set(id, { at: clock.now(), wall });
      return { type: 'ping', id, head, clock: Math.round(wall) };
    },
    onPong(id, clockThere) {
      const sent = sentAtById.get(id);
      if (sent === undefined) return false;
      const [now, wall] = [clock.now(), wallNow()];
      // It is alive: earlier pings without an answer say nothing any more.
      for (const earlier of [...sentAtById.keys()]) {
        if (earlier <= id) sentAtById.delete(earlier);
      }
      if (now < sent.at || sent.wall === undefined) return false;
      const offsetMs = clockThere - (sent.wall + wall) / 2;
      samples = [...samples.slice(1 - SAMPLES), { rttMs: now - sent.at, offsetMs }];
      fastest = samples.reduce((best, sample) => (best.rttMs <= sample.rttMs ? best : sample));
      return samples.length < FIRST_PINGS;
    },
    rttMs: () => fastest?.rttMs,
    clockOffsetMs: () => fastest?.offsetMs,
    forgetOffset() {
      samples = [];
      fastest = undefined;
      for (const [id, { at }] of sentAtById) sentAtById.set(id, { at, wall: undefined });
    },
  };
}
