/** `npm run sim`: runs seeds within a budget, reports, and prints the one command that replays a failure. */
import { appendFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { checkedOutCommit } from './commit.js';
import { type ReportLine, replayCommand } from './report-line.js';
import { runSeeds } from './run-seeds.js';
import { createTally, tableOf } from './totals.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string' },
    nodes: { type: 'string' },
    budget: { type: 'string' },
    chaos: { type: 'string', default: '600s' },
    jobs: { type: 'string' },
    out: { type: 'string' },
    'real-signatures': { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const wholeNumber = (text: string, what: string): number => {
  if (!/^\d+$/.test(text)) throw new Error(`--${what}: ${text} is not a whole number`);
  return Number(text);
};
const milliseconds = (text: string): number => {
  const match = /^(\d+(?:\.\d{1,3})?)s?$/.exec(text);
  if (match === null) throw new Error(`${text} is not a number of seconds, such as 60s`);
  return Math.round(Number(match[1]) * 1000);
};

const first = wholeNumber(values.seed ?? values.from ?? String(1 + (Date.now() % 1_000_000_000)), 'seed');
const chaosMs = milliseconds(values.chaos);
const commit = checkedOutCommit();
// With --json the standard output is JSON alone.
const say = values.json ? console.error : console.log;
const tally = createTally();
const started = performance.now();

await runSeeds({
  first,
  count: values.seed === undefined ? wholeNumber(values.seeds ?? '10', 'seeds') : 1,
  jobs: values.trace ? 1 : wholeNumber(values.jobs ?? String(availableParallelism()), 'jobs'),
  budgetMs: values.budget === undefined ? Number.POSITIVE_INFINITY : milliseconds(values.budget),
  optionsOf: (seed) => ({
    seed,
    chaosMs,
    ...(values.nodes === undefined ? {} : { nodes: wholeNumber(values.nodes, 'nodes') }),
    ...(values['real-signatures'] ? { realSignatures: true } : {}),
  }),
  onResult(result) {
    const line: ReportLine = { ...result, ...(commit === undefined ? {} : { commit }) };
    tally.add(line);
    const text = JSON.stringify(line);
    if (values.json) console.log(text);
    if (values.out !== undefined) appendFileSync(values.out, `${text}\n`);
    if (line.verdict === 'violation') {
      say(`seed ${line.seed}: ${line.violation}`);
      say(`replay: ${replayCommand(line.options)}`);
    }
  },
  ...(values.trace ? { trace: (line: string) => say(line) } : {}),
});

const totals = tally.totals();
for (const line of tableOf(totals)) say(line);
say(`seeds from ${first}; ${((performance.now() - started) / 1000).toFixed(1)} s of real time`);
process.exitCode = totals.violations.length > 0 ? 1 : 0;
