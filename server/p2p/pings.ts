/**
 * Asks one peer every PING_INTERVAL_MS how it is: its head, its clock, whether it is still there. The one rule: an
 * offset is believed as far as its round trip was short, so of the last answers the fastest counts.
 */
import type { Clock, Head } from '../replica/ports.js';
import { MAX_MISSED_PONGS } from './limits.js';

const SAMPLES = 8;

export interface PingState {
  /** A ping to send now, or `lost`: too many were not answered. */
  next(
    head: Head,
  ): { readonly type: 'ping'; readonly id: number; readonly head: Head; readonly clock: number } | 'lost';
  onPong(id: number, clockThere: number): void;
  rttMs(): number | undefined;
  /** Its clock minus ours, ms. Wrong by at most half the round trip. */
  clockOffsetMs(): number | undefined;
}

export function createPingState(clock: Clock, nextId: () => number): PingState {
  /** Send times of pings without an answer, by id, oldest first. */
  const sentAtById = new Map<number, number>();
  let samples: { readonly rttMs: number; readonly offsetMs: number }[] = [];

  const fastest = () =>
    samples.reduce<(typeof samples)[number] | undefined>((a, b) => (a && a.rttMs <= b.rttMs ? a : b), undefined);

  return {
    next(head) {
      if (sentAtById.size >= MAX_MISSED_PONGS) return 'lost';
      const id = nextId();
      const now = clock.now();
      sentAtById.set(id, now);
      return { type: 'ping', id, head, clock: Math.round(now) };
    },
    onPong(id, clockThere) {
      const sentAt = sentAtById.get(id);
      if (sentAt === undefined) return;
      const now = clock.now();
      // It is alive: earlier pings without an answer say nothing any more.
      for (const earlier of [...sentAtById.keys()]) {
        if (earlier <= id) sentAtById.delete(earlier);
      }
      if (now < sentAt) return;
      samples = [...samples.slice(1 - SAMPLES), { rttMs: now - sentAt, offsetMs: clockThere - (sentAt + now) / 2 }];
    },
    rttMs: () => fastest()?.rttMs,
    clockOffsetMs: () => fastest()?.offsetMs,
  };
}
