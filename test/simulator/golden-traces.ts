/** Trace hashes of a few seeds, written by `npm run sim:golden`. They change exactly when what simulated nodes do changes. */

export interface GoldenTrace {
  readonly seed: number;
  readonly nodes?: number;
  readonly chaosMs: number;
  readonly traceHash: string;
}

export const goldenTraces: readonly GoldenTrace[] = [
  { seed: 1, chaosMs: 20000, traceHash: 'e3b5ae5f73f4db959893688b8cd2df55cb29de79882dabfbd0261178d0339a59' },
  { seed: 2, chaosMs: 20000, nodes: 4, traceHash: 'e4f84bfbbe66f7014ee25d619089bf4181e3970680876b4953db9f21cf399067' },
  { seed: 3, chaosMs: 20000, nodes: 5, traceHash: '7602ca8c7ada1a9db745f99347c389ab784da4494c3a7878d3abfb8e8d6b0fec' },
  { seed: 4, chaosMs: 20000, nodes: 9, traceHash: 'a501d5fd8b67d2068c7a4b059aa2faa209abde5e3c53d5ac050818b8cf8609dc' },
];
