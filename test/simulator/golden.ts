/**
 * Runs the golden seeds and prints, as JSON, their trace hashes and the native addons that were loaded. With `--write`
 * (`npm run sim:golden`) it writes the hashes to golden-traces.ts instead.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { goldenTraces } from './golden-traces.js';
import { runSeed } from './run.js';

export interface GoldenRun {
  readonly node: string;
  readonly hashes: readonly string[];
  /** Shared objects of packages: none, so that any Node runs it. */
  readonly addons: readonly string[];
}

const hashes = goldenTraces.map(({ traceHash, ...options }) => runSeed(options).traceHash);
if (process.argv.includes('--write')) {
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
