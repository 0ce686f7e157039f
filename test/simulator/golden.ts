/** The golden seeds: tells their trace hashes and the native addons that were loaded, or writes the hashes down. */
import { readFileSync, writeFileSync } from 'node:fs';
import { flag, readCommandLine } from '../command-line/read-command-line.js';
import { goldenTraces } from './golden-traces.js';
import { runSeed } from './run.js';

export interface GoldenRun {
  readonly node: string;
  readonly hashes: readonly string[];
  /** Shared objects of packages: none, so that any Node runs it. */
  readonly addons: readonly string[];
}

const { write } = readCommandLine({
  command: 'node dist/test/simulator/golden.js',
  about:
    'Runs the golden seeds and prints their trace hashes as JSON. They change exactly when what simulated nodes do changes.',
  parameters: {
    write: flag('writes the hashes to test/simulator/golden-traces.ts instead, as `npm run sim:golden` does'),
  },
});
const hashes = goldenTraces.map(({ traceHash, ...options }) => runSeed(options).traceHash);
if (write) {
  const file = new URL('../../../test/simulator/golden-traces.ts', import.meta.url);
  let text = readFileSync(file, 'utf8');
  for (const [at, { seed }] of goldenTraces.entries()) {
    text = text.replace(new RegExp(`(\\{ seed: ${seed}, .*traceHash: )'[0-9a-f]*'`), `$1'${hashes[at]}'`);
  }
  writeFileSync(file, text);
  console.log(`${hashes.length} trace hashes written`);
} else {
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: readonly string[] };
  const addons = sharedObjects.filter((path) => path.endsWith('.node'));
  console.log(JSON.stringify({ node: process.version, hashes, addons } satisfies GoldenRun));
}
