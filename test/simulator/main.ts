/** `npm run sim`: runs seeds within a budget, reports, and prints the one command that replays a failure. */
import { appendFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import * as forms from '../command-line/forms.js';
import { flag, option, optional, readCommandLine } from '../command-line/read-command-line.js';
import { checkedOutCommit } from './commit.js';
import { type ReportLine, replayCommand } from './report-line.js';
import { runSeeds } from './run-seeds.js';
import { createTally, tableOf } from './totals.js';

const options = readCommandLine({
  command: 'npm run sim',
  about:
    'Runs whole networks in virtual time, under faults that follow from a seed, one seed each. ' +
    'Prints what they met, and for each failure the command that replays it.',
  parameters: {
    seeds: option(forms.wholeNumber(), 'how many networks', '10'),
    from: optional(forms.seed, 'the first seed', 'drawn from the clock'),
    seed: optional(forms.seed, 'this seed alone'),
    nodes: optional(forms.count, 'validators', 'drawn from the seed'),
    chaos: option(forms.durationMs, 'simulated seconds under faults', '600s'),
    budget: optional(forms.durationMs, 'no network begins after so many seconds', 'no limit'),
    jobs: optional(forms.count, 'networks at a time', 'one for each processor'),
    out: optional(forms.file, 'appends a line of JSON for each seed, for `npm run sim:report`'),
    realSignatures: flag('signs with real keys instead of stand-ins: far slower'),
    trace: flag('prints everything that happens; one network at a time'),
    json: flag('prints a line of JSON for each seed on standard output, and all else on standard error'),
  },
  examples: {
    '--seeds 100 --chaos 120s --budget 60s': 'a look at many networks within a minute',
    '--seed 32 --chaos 120s --trace': 'what happens in one of them',
  },
});

const first = options.seed ?? options.from ?? 1 + (Date.now() % 1_000_000_000);
const commit = checkedOutCommit();
// With --json the standard output is JSON alone.
const say = options.json ? console.error : console.log;
const tally = createTally();
const started = performance.now();

await runSeeds({
  first,
  count: options.seed === undefined ? options.seeds : 1,
  jobs: options.trace ? 1 : (options.jobs ?? availableParallelism()),
  budgetMs: options.budget ?? Number.POSITIVE_INFINITY,
  optionsOf: (seed) => ({
    seed,
    chaosMs: options.chaos,
    ...(options.nodes === undefined ? {} : { nodes: options.nodes }),
    ...(options.realSignatures ? { realSignatures: true } : {}),
  }),
  onResult(result) {
    const line: ReportLine = { ...result, ...(commit === undefined ? {} : { commit }) };
    tally.add(line);
    const text = JSON.stringify(line);
    if (options.json) console.log(text);
    if (options.out !== undefined) appendFileSync(options.out, `${text}\n`);
    if (line.verdict === 'violation') {
      say(`seed ${line.seed}: ${line.violation}`);
      say(`replay: ${replayCommand(line.options)}`);
    }
  },
  ...(options.trace ? { trace: (line: string) => say(line) } : {}),
});

const totals = tally.totals();
for (const line of tableOf(totals)) say(line);
say(`seeds from ${first}; ${((performance.now() - started) / 1000).toFixed(1)} s of real time`);
process.exitCode = totals.violations.length > 0 ? 1 : 0;
