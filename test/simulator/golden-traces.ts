/** Trace hashes of a few seeds, written by `npm run sim:golden`. They change exactly when what simulated nodes do changes. */

export interface GoldenTrace {
  readonly seed: number;
  readonly nodes?: number;
  readonly chaosMs: number;
  readonly traceHash: string;
}

export const goldenTraces: readonly GoldenTrace[] = [
  { seed: 1, chaosMs: 20000, traceHash: '75212432a21cfecf40940d0ad7e741b09b719113e8d01f0474b9307ce840dd66' },
  { seed: 2, chaosMs: 20000, nodes: 4, traceHash: '0dd5824be60d3ff5480d0ebc8b1c14a8d9f3c46e0114bcafe0293e47a4de278a' },
  { seed: 3, chaosMs: 20000, nodes: 5, traceHash: '9431b5be0c47f145e1a7546924dba46c5503e6fb44340a853354d335d46dce7d' },
  { seed: 4, chaosMs: 20000, nodes: 9, traceHash: '97ab075c3758123dc91b6b5899c158966fc38fe1e5826cbd3e37e5eb16fe4069' },
];
