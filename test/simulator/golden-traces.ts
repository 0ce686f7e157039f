/** Trace hashes of a few seeds, written by `npm run sim:golden`. They change exactly when what simulated nodes do changes. */

export interface GoldenTrace {
  readonly seed: number;
  readonly nodes?: number;
  readonly chaosMs: number;
  readonly traceHash: string;
}

export const goldenTraces: readonly GoldenTrace[] = [
  { seed: 1, chaosMs: 20000, traceHash: '354fce7eab264be1d30d0a9f9dca727e77bbc3bcc660352d408d6b411a931c1d' },
  { seed: 2, chaosMs: 20000, nodes: 4, traceHash: 'dbdf3159780ceeb5b016a7957d508e98871e7f2269d2405a0abd49ee23f310aa' },
  { seed: 3, chaosMs: 20000, nodes: 5, traceHash: 'f5467fbdc0daf0c2d742ce25e0c48d75b670bc289bb0a6271659da20e9f7a11d' },
  { seed: 4, chaosMs: 20000, nodes: 9, traceHash: 'c6747c99563a81b570dc7a0a448986d0a50d191a4324c3df073b317c61412926' },
];
