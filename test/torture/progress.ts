/** A line a minute on standard error, so that a run of half an hour can be told from one that hangs. */

const everyMs = 60_000;

export interface SoFar {
  /** Faults done, by name. */
  readonly tried: Readonly<Record<string, number>>;
  readonly acknowledged: number;
  readonly wrong: number;
}

export function createProgress(): { tell(soFar: SoFar): void } {
  const begun = performance.now();
  let last = begun;
  return {
    tell({ tried, acknowledged, wrong }) {
      const now = performance.now();
      if (now - last < everyMs) return;
      last = now;
      const faults = Object.values(tried).reduce((sum, count) => sum + count, 0);
      const minutes = Math.round((now - begun) / 60_000);
      console.error(`${minutes} min: ${faults} faults, ${acknowledged} payments acknowledged, ${wrong} wrong answers`);
    },
  };
}
