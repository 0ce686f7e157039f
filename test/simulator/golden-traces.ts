/** Trace hashes of a few seeds, written by `npm run sim:golden`. They change exactly when what simulated nodes do changes. */

export interface GoldenTrace {
  readonly seed: number;
  readonly nodes?: number;
  readonly chaosMs: number;
  readonly traceHash: string;
}

export const goldenTraces: readonly GoldenTrace[] = [
  { seed: 1, chaosMs: 20000, traceHash: 'b17b3d361d07b81990d7ba430f4b369b33eeb0063e61e2c2a4c7f28b33e2bed4' },
  { seed: 2, chaosMs: 20000, nodes: 4, traceHash: '4ace4be17f8f014b36f22b10e500b545b152f3ba81b441e1cbc19cd1110dcd22' },
  { seed: 3, chaosMs: 20000, nodes: 5, traceHash: 'b9408d7748dda590694fd5415771e11b95f4deebe5a9ea76f65788b2c4425ed6' },
  { seed: 4, chaosMs: 20000, nodes: 9, traceHash: 'a608eba2605841c9dd6b6235151659d9f6a68d7ada426e8c293aedd5ce36dc9b' },
];
