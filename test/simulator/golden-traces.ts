/** Trace hashes of a few seeds, written by `npm run sim:golden`. They change exactly when what simulated nodes do changes. */

export interface GoldenTrace {
  readonly seed: number;
  readonly nodes?: number;
  readonly chaosMs: number;
  readonly traceHash: string;
}

export const goldenTraces: readonly GoldenTrace[] = [
  { seed: 1, chaosMs: 20000, traceHash: '79b76eca5602419257652cfa453c135bb576ddcc67b8f57b8798597e5b9a69ff' },
  { seed: 2, chaosMs: 20000, nodes: 4, traceHash: 'b90f99cabb9a71df8496240b8dfe2d5560ed3c725c4a35284193325391cb5cf2' },
  { seed: 3, chaosMs: 20000, nodes: 5, traceHash: '81ac5bdb2c6d2453dcba591613492f8d81ea9f4b3fbab65925ceda7a06e837e5' },
  { seed: 4, chaosMs: 20000, nodes: 9, traceHash: 'a89b779ef8ef035c95ca0f122d20a0c2f83f0418aa2d779b2b534902b2982db4' },
];
