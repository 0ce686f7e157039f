/** Trace hashes of a few seeds, written by `npm run sim:golden`. They change exactly when what simulated nodes do changes. */

export interface GoldenTrace {
  readonly seed: number;
  readonly nodes?: number;
  readonly chaosMs: number;
  readonly traceHash: string;
}

export const goldenTraces: readonly GoldenTrace[] = [
  { seed: 1, chaosMs: 20000, traceHash: '1b3cbf82bad76a18d7484cb8c033c4bc2234cd84f6eab6360edd78a99b9a4c78' },
  { seed: 2, chaosMs: 20000, nodes: 4, traceHash: '055ecc8dfe1e90baec7231d2b413b23712f73e7f935f7fb1eb0dd15f1c9647e1' },
  { seed: 3, chaosMs: 20000, nodes: 5, traceHash: 'bb0b4912e5a202a5758c3a1a74a8e2fcd2ea87a0f3d3d8ebaae6cc1d39089770' },
  { seed: 4, chaosMs: 20000, nodes: 9, traceHash: '9655b1f64cbd8193c211d7490a6ed8205f15b66cc074782e3f928b796ab99a27' },
];
