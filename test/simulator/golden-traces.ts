/** Trace hashes of a few seeds, written by `npm run sim:golden`. They change exactly when what simulated nodes do changes. */

export interface GoldenTrace {
  readonly seed: number;
  readonly nodes?: number;
  readonly chaosMs: number;
  readonly traceHash: string;
}

export const goldenTraces: readonly GoldenTrace[] = [
  { seed: 1, chaosMs: 20000, traceHash: '3b39cac1f66ead82cd94f008597aff992d5b799974319c1cdf1e64f9cbb0de3d' },
  { seed: 2, chaosMs: 20000, nodes: 4, traceHash: '164adc8b130bbd8918f899fac5a5be09b2b8b1af7c1f56ce37fa7868abb65a07' },
  { seed: 3, chaosMs: 20000, nodes: 5, traceHash: '7602ca8c7ada1a9db745f99347c389ab784da4494c3a7878d3abfb8e8d6b0fec' },
  { seed: 4, chaosMs: 20000, nodes: 9, traceHash: '94089bf9028c4d9c834fbb5f628844fb54d7f83996d3e82b03fc8bc93f4948c0' },
];
