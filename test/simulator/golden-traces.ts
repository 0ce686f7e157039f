/** Trace hashes of a few seeds, written by `npm run sim:golden`. They change exactly when what simulated nodes do changes. */

export interface GoldenTrace {
  readonly seed: number;
  readonly nodes?: number;
  readonly chaosMs: number;
  readonly traceHash: string;
}

export const goldenTraces: readonly GoldenTrace[] = [
  { seed: 1, chaosMs: 20000, traceHash: 'ee3cb3bdc5ba568d429c26ce50d16e29432efcd0d6baf0e792dcd49146a57f20' },
  { seed: 2, chaosMs: 20000, nodes: 4, traceHash: '7e106da080a2ddd061844731fe5a37d9618c2af0321a449816563c83da03c47d' },
  { seed: 3, chaosMs: 20000, nodes: 5, traceHash: 'b6b2f2809457b5ed98c84a47390e470e33cb14ffd2b1736dcd3618eaf8188f19' },
  { seed: 4, chaosMs: 20000, nodes: 9, traceHash: '313862192233ead90780042b7f98a60f835e63012e4d5a1465c336061d829554' },
];
