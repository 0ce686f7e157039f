/**
 * `npm run sim:controls`: the same harness where a third of the stake or more breaks the rules. It has to find two
 * final blocks of one height, or it would not have found them anywhere else either.
 */

import { pathToFileURL } from 'node:url';
import * as forms from '../command-line/forms.js';
import { option, readCommandLine } from '../command-line/read-command-line.js';
import { drawControl } from './draw-casting.js';
import { type RunReport, runSeed } from './run.js';

/** @returns whether this seed shows what the checkers are for */
export function bites({ rule }: RunReport): boolean {
  return rule === 'one final block per height';
}

export const runControl = (seed: number, chaosMs = 60_000): RunReport =>
  runSeed({ seed, chaosMs, slotMs: 1_000, nodes: 4 + (seed % 4), cast: drawControl });

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { seeds, from, budget } = readCommandLine({
    command: 'npm run sim:controls',
    about:
      'Runs simulated networks in which a third of the stake or more breaks the rules. ' +
      'The simulator has to find two final blocks of one height there, or it would find none anywhere else.',
    parameters: {
      seeds: option(forms.count, 'how many networks, one seed each', '60'),
      from: option(forms.seed, 'the first seed', '1'),
      budget: option(forms.durationMs, 'no network begins after so many seconds', '60s'),
    },
  });
  const started = performance.now();
  const reports: RunReport[] = [];
  for (let at = 0; at < seeds && performance.now() - started < budget; at++) {
    reports.push(runControl(from + at));
  }
  const wall = ((performance.now() - started) / 1000).toFixed(1);
  for (const role of ['twin', 'lock ignorer'] as const) {
    const those = reports.filter(({ roles }) => roles.includes(role));
    const found = those.filter(bites);
    const first = found[0];
    console.log(
      `${role}: conflicting finality in ${found.length} of ${those.length} seeds` +
        (first === undefined
          ? ''
          : `, first in seed ${first.seed} after ${(first.simulatedMs / 1000).toFixed(1)} simulated seconds`),
    );
    if (found.length === 0) process.exitCode = 1;
  }
  console.log(`${reports.length} seeds in ${wall} s`);
}
