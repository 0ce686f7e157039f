/** Trace hashes of a few seeds, written by `npm run sim:golden`. They change exactly when what simulated nodes do changes. */

export interface GoldenTrace {
  readonly seed: number;
  readonly nodes?: number;
  readonly chaosMs: number;
  readonly traceHash: string;
}

export const goldenTraces: readonly GoldenTrace[] = [
  { seed: 1, chaosMs: 20000, traceHash: '1949fa3d87f1e6545d5a9ddc59d6371dc8997572b72f2069dd17309ef1039028' },
  { seed: 2, chaosMs: 20000, nodes: 4, traceHash: 'f03689abd8beb0c66495fd0343b7bcd5f47b5e86778e668dc8a5a5840bb415ee' },
  { seed: 3, chaosMs: 20000, nodes: 5, traceHash: 'b6b2f2809457b5ed98c84a47390e470e33cb14ffd2b1736dcd3618eaf8188f19' },
  { seed: 4, chaosMs: 20000, nodes: 9, traceHash: '1d13fc174347bf07108ebf39cb277e2448e2541b253b17e1ca4f1e88a8e7fb58' },
];
