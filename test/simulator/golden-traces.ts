/** Trace hashes of a few seeds, written by `npm run sim:golden`. They change exactly when what simulated nodes do changes. */

export interface GoldenTrace {
  readonly seed: number;
  readonly nodes?: number;
  readonly chaosMs: number;
  readonly traceHash: string;
}

export const goldenTraces: readonly GoldenTrace[] = [
  { seed: 1, chaosMs: 20000, traceHash: '764e09fdd2a83ef4ed3a6ebbd59adf5296729a73d4fbc28294d397f3c377e314' },
  { seed: 2, chaosMs: 20000, nodes: 4, traceHash: '0b909749533e87c93fd1efbb84edc8aace8ed0cec1cf40d934ce8123f6a0c66f' },
  { seed: 3, chaosMs: 20000, nodes: 5, traceHash: 'bb0b4912e5a202a5758c3a1a74a8e2fcd2ea87a0f3d3d8ebaae6cc1d39089770' },
  { seed: 4, chaosMs: 20000, nodes: 9, traceHash: '993c4c14bfdd40960e7111251bce36950bfece946f2cc2b85e9247ec6a568405' },
];
