/** Every node of a simulated network recorded, in memory: one recording for each time a node booted. */
import { createRecorder } from '../../../server/recording/record-consensus.js';
import { createReplay, type ReplayOptions, type ReplayReport } from '../../../server/recording/replay.js';
import { startLoad } from '../../../server/simulator/load.js';
import { createSimulation, type Simulation } from '../../../server/simulator/simulation.js';
import { createStandInCrypto } from '../../../server/simulator/stand-in-crypto.js';

export interface Recorded {
  readonly simulation: Simulation;
  /** Lines without their ends; one recording a boot. */
  readonly recordings: readonly (readonly string[])[];
}

/** Validators paid every half second, crashed and cut off in turns. @param ms of virtual time */
export function recordSimulation(seed: number, ms: number, validators = 4): Recorded {
  const recordings: string[][] = [];
  const simulation = createSimulation({
    seed,
    stakes: Array.from({ length: validators }, (_, i) => 10 + i),
    parameters: { slots_per_epoch: 10 },
    newCore(_, { context }) {
      const lines: string[] = [];
      recordings.push(lines);
      const sink = { write: (line: string) => lines.push(line.slice(0, -1)) > 0, flush() {} };
      return createRecorder({ hasher: context.crypto, genesis: context.genesis, version: 'test', sink }).createCore;
    },
  });
  startLoad(simulation, 500);
  const part = ms / 8;
  simulation.run(part);
  simulation.nodes[1]!.crash();
  simulation.run(part);
  simulation.nodes[1]!.boot();
  simulation.run(part);
  for (const other of [0, 1, 3]) simulation.network.cut(2, other);
  simulation.run(2 * part);
  simulation.network.mendAll();
  simulation.run(3 * part);
  return { simulation, recordings };
}

export function replayLines(lines: readonly string[], options: Partial<ReplayOptions> = {}): ReplayReport {
  const replay = createReplay({ crypto: createStandInCrypto(), ...options });
  for (const line of lines) if (!replay.take(line)) break;
  return replay.report();
}
