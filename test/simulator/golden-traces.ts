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
  { seed: 3, chaosMs: 20000, nodes: 5, traceHash: '2561c6f3a10b5b366090f3cc0128f68921586354467dbee50fabbb44aabde3e4' },
  { seed: 4, chaosMs: 20000, nodes: 9, traceHash: '5acd43e2f0e5cad56d5dd1ff9a29d13f95e48c2c4c70b82e22735a939ed260b5' },
];
