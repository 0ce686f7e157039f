/** Resident memory of the first node, with all its threads, in MiB. */
import { setTimeout } from 'node:timers/promises';
import type { ChainUnderTest } from './chain-under-test.js';
import { percentile } from './figures.js';

const residentMiB = async (under: ChainUnderTest): Promise<number> =>
  (await under.nodes[0]!.client.status()).memory_bytes / 1_048_576;

/** Takes a sample every so many ms until it is ended. @returns what ends it and gives the samples, at least one */
export function watchMemory(under: ChainUnderTest, everyMs: number): { end(): Promise<readonly number[]> } {
  const samples: number[] = [];
  const ending = new AbortController();
  const watching = (async () => {
    while (!ending.signal.aborted) {
      await setTimeout(everyMs, undefined, { signal: ending.signal }).catch(() => undefined);
      samples.push(await residentMiB(under));
    }
  })();
  return {
    async end() {
      ending.abort();
      await watching;
      return samples;
    },
  };
}

/** The median of two seconds, after so long without load: V8 gives back what it has taken once a process is idle for long. */
export async function whenIdle(under: ChainUnderTest, afterMs: number): Promise<number> {
  await setTimeout(afterMs);
  const watching = watchMemory(under, 250);
  await setTimeout(2000);
  return percentile(await watching.end(), 0.5);
}
