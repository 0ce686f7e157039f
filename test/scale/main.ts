/**
 * `npm run scale`: measures finality over published distances, and writes the
 * table and the plots into docs/. One rule: what was not measured is said to be missing.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as forms from '../command-line/forms.js';
import { flag, option, readCommandLine } from '../command-line/read-command-line.js';
import type { Measured, Plan, Routing } from './cell.js';
import { type Cell, isMeasured, merge, read, write } from './results.js';
import { tableText, writeTable } from './table.js';
import { writePlots } from './write-plots.js';

const options = readCommandLine({
  command: 'npm run scale',
  about:
    'Measures finality of simulated validators over published distances, and writes the table and the plots into docs/. ' +
    'What was measured before and is not measured now stays.',
  parameters: {
    validators: option(forms.listOf(forms.count), 'sizes of networks', '4,16,64'),
    routing: option(
      forms.listOf(forms.oneOf('routing', ['everyone', 'leader'] satisfies readonly Routing[])),
      'whom votes go to',
      'everyone,leader',
    ),
    dead: option(forms.listOf(forms.wholeNumber({ most: 100 }, 'percent')), 'dead shares of the stake', '0,10,30'),
    budget: option(forms.durationMs, 'CPU time of all networks together', '120s'),
    blocks: option(forms.count, 'final blocks to measure in each network', '60'),
    seed: option(forms.seed, 'the same number draws the same leaders and payments', '1'),
    docs: option(forms.directory, 'where PERFORMANCE.md and its plots are', 'docs'),
    print: flag('prints the table and writes nothing'),
    draw: flag('measures nothing; makes table and plots anew from what was measured'),
  },
  examples: {
    '--validators 4,16 --budget 15s --print': 'a quick look that writes nothing',
    '--validators 1000 --routing leader --budget 300s --blocks 3': 'the largest network',
  },
});

/** A share so small that it is no whole validator is no cell. */
const plans = options.routing.flatMap((routing) =>
  options.validators.flatMap((validators) =>
    options.dead
      .filter((deadPercent) => deadPercent === 0 || validators * deadPercent >= 100)
      .map((deadPercent): Plan => ({ validators, routing, deadPercent })),
  ),
);

/** What a block costs, about: votes to everyone are a square. */
const weightOf = ({ validators, routing }: Plan): number =>
  routing === 'everyone' ? 20 + validators ** 2 / 40 : 20 + validators;

function measure(plan: Plan, cpuMs: number): Cell {
  const effort = { blocks: options.blocks, seed: options.seed, cpuMs };
  const cell = fileURLToPath(new URL('run-cell.js', import.meta.url));
  const run = spawnSync(process.execPath, ['--max-old-space-size=12000', cell, JSON.stringify({ plan, effort })], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  if (run.status !== 0) return { plan, missing: `it failed: ${run.stderr.trim().split('\n').at(-1) ?? run.signal}` };
  const measured = JSON.parse(run.stdout) as Measured | null;
  return measured ?? { plan, missing: `no block was final everywhere in ${Math.round(cpuMs / 1_000)} s of CPU time` };
}

function measureAll(): readonly Cell[] {
  let left = options.budget;
  const waiting = [...plans].sort((one, other) => weightOf(one) - weightOf(other));
  const cells: Cell[] = [];
  for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift()) {
    const rest = waiting.reduce((sum, other) => sum + weightOf(other), weightOf(plan));
    const share = (left * weightOf(plan)) / rest;
    const cell = measure(plan, share);
    left -= isMeasured(cell) ? Math.min(cell.cpuSeconds * 1_000, left) : share;
    const { validators, routing, deadPercent } = plan;
    const what = isMeasured(cell) ? `${cell.blocks} blocks in ${cell.cpuSeconds} s` : cell.missing;
    process.stderr.write(`${validators} validators, votes to ${routing}, ${deadPercent} % dead: ${what}\n`);
    cells.push(cell);
    if (!options.print) write(options.docs, merge(read(options.docs), [cell]));
  }
  return cells;
}

const now = options.draw ? [] : measureAll();
if (options.print) process.stdout.write(`${tableText(merge([], now))}\n`);
else {
  const cells = read(options.docs);
  writeTable(options.docs, cells);
  writePlots(options.docs, cells);
}
if (now.some((cell) => !isMeasured(cell) && cell.missing.startsWith('it failed'))) process.exitCode = 1;
