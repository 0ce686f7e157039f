/** Clients that each begin the next call when the last one is answered. */
import { percentile } from '../figures.js';

export interface LoopFigures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Calls made before the clock starts: connections are opened, code is compiled. */
const warmUps = 20;

/**
 * @param clients how many at the same time, each with calls numbered by one counter
 * @param writes that one call makes
 */
export async function closedLoop(
  seconds: number,
  clients: number,
  writes: number,
  call: (client: number, n: number) => Promise<void>,
): Promise<LoopFigures> {
  for (let n = 0; n < warmUps; n += 1) await call(0, n);
  const times: number[] = [];
  let next = warmUps;
  const start = performance.now();
  const until = start + seconds * 1000;
  const one = async (client: number): Promise<void> => {
    while (performance.now() < until) {
      const begun = performance.now();
      await call(client, next++);
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => one(client)));
  const took = (performance.now() - start) / 1000;
  return { perSecond: (times.length * writes) / took, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
}
