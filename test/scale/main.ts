/**
 * `npm run scale -- --validators 4,16,64 --budget 120s`: measures finality over published distances, and writes the
 * table and the plots into docs/. One rule: what was not measured is said to be missing.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Measured, Plan, Routing } from './cell.js';
import { type Cell, isMeasured, merge, read, write } from './results.js';
import { tableText, writeTable } from './table.js';
import { writePlots } from './write-plots.js';

const { values } = parseArgs({
  options: {
    validators: { type: 'string', default: '4,16,64' },
    routing: { type: 'string', default: 'everyone,leader' },
    dead: { type: 'string', default: '0,10,30' },
    /** CPU time of all cells together. */
    budget: { type: 'string', default: '120s' },
    blocks: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    docs: { type: 'string', default: 'docs' },
    /** Prints the table and writes nothing. */
    print: { type: 'boolean', default: false },
    /** Measures nothing; makes table and plots anew from what was measured. */
    draw: { type: 'boolean', default: false },
  },
});

const numbers = (text: string): readonly number[] => text.split(',').map((part) => whole(part));

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${text} is not a whole number.`);
  return Number(text);
}

/** A share so small that it is no whole validator is no cell. */
const plans = values.routing.split(',').flatMap((routing) =>
  numbers(values.validators).flatMap((validators) =>
    numbers(values.dead)
      .filter((deadPercent) => deadPercent === 0 || validators * deadPercent >= 100)
      .map((deadPercent): Plan => ({ validators, routing: routing as Routing, deadPercent })),
  ),
);

/** What a block costs, about: votes to everyone are a square. */
const weightOf = ({ validators, routing }: Plan): number =>
  routing === 'everyone' ? 20 + validators ** 2 / 40 : 20 + validators;

function measure(plan: Plan, cpuMs: number): Cell {
  const effort = { blocks: whole(values.blocks), seed: whole(values.seed), cpuMs };
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
  let left = whole(values.budget.replace(/s$/, '')) * 1_000;
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
    if (!values.print) write(values.docs, merge(read(values.docs), [cell]));
  }
  return cells;
}

const now = values.draw ? [] : measureAll();
if (values.print) process.stdout.write(`${tableText(merge([], now))}\n`);
else {
  const cells = read(values.docs);
  writeTable(values.docs, cells);
  writePlots(values.docs, cells);
}
if (now.some((cell) => !isMeasured(cell) && cell.missing.startsWith('it failed'))) process.exitCode = 1;
