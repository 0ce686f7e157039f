/**
 * `npm run mutants`: breaks the sources one rule at a time and reports who noticed. Fails when one survives, or when the
 * list fits neither the sources nor the protocol. `--budget 10s` of simulation (processor time) for each, `--jobs N` at
 * a time, `--only NAME`, `--rule TAG`, `--pick N` at random (`--seed` repeats a choice), `--by tests,twins` these judges only,
 * `--all` of them, `--json FILE`.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRandom } from '../../server/simulator/random.js';
import { type Court, judge, judgeNames } from './judges.js';
import { equivalents, mutants } from './list.js';
import type { Mutant } from './mutant.js';
import { faultsOfTheList } from './rule-tags.js';
import { createScratch, type Scratch } from './scratch.js';
import { jsonOf, type Result, rowOf, summaryOf } from './table.js';

const { values } = parseArgs({
  options: {
    budget: { type: 'string', default: '10s' },
    jobs: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    only: { type: 'string' },
    rule: { type: 'string' },
    pick: { type: 'string' },
    seed: { type: 'string' },
    by: { type: 'string', default: judgeNames.join() },
    all: { type: 'boolean', default: false },
    json: { type: 'string', default: 'dist/mutants.json' },
  },
});

function wholeNumber(name: string, text: string): number {
  const number = Number(/^(\d+)s?$/.exec(text)?.[1]);
  if (!(number > 0)) throw new Error(`--${name}: ${text} is not a whole number above 0`);
  return number;
}

function choose(): readonly Mutant[] {
  const { only, rule, pick } = values;
  const names = only?.split(',');
  const fitting = mutants.filter((one) => (names?.includes(one.name) ?? true) && (rule ?? one.rule) === one.rule);
  if (fitting.length === 0) throw new Error('no mutant has this name or rule; test/mutants/list has them all');
  if (pick === undefined) return fitting;
  const seed = wholeNumber('seed', values.seed ?? String(Math.floor(Date.now() / 1000)));
  console.log(`picked with --seed ${seed}`);
  return createRandom(seed, 'pick').shuffle(fitting).slice(0, wholeNumber('pick', pick));
}

const faults = faultsOfTheList();
if (faults.length > 0) throw new Error(`the list of mutants is out of date:\n${faults.join('\n')}`);
const budget = wholeNumber('budget', values.budget);
const asked = judgeNames.filter((name) => values.by.split(',').includes(name));
const jobs = wholeNumber('jobs', values.jobs);
const chosen = choose();
const started = performance.now();
const sinceStart = (): number => (performance.now() - started) / 1000;
/** Wall limits of the three judges together are never reached by one mutant; this is a generous mean on a busy machine. */
const perMutant = 3 * budget + 30;
console.log(
  `${chosen.length} of ${mutants.length} mutants, ${jobs} at a time, ${budget} s of simulation each: ` +
    `at most ${Math.ceil(((chosen.length + 1) * perMutant) / jobs / 60)} minutes`,
);
const deadline = ((chosen.length + 1) * perMutant) / jobs;

const sound = createScratch();
const scratches: Scratch[] = Array.from({ length: Math.min(jobs, chosen.length) }, () => createScratch());
process.on('exit', () => {
  for (const scratch of [sound, ...scratches]) scratch.remove();
});

async function tryOne(scratch: Scratch, mutant: Mutant, seconds: number): Promise<Result> {
  const begun = performance.now();
  const undo = scratch.apply(mutant);
  const court: Court = {
    broken: scratch.directory,
    sound: sound.directory,
    budget: seconds,
    from: wholeNumber('from', values.from),
  };
  const verdicts = await judge(court, mutant, asked, values.all);
  undo();
  return { mutant, verdicts, seconds: Math.round((performance.now() - begun) / 100) / 10 };
}

/** The judges are content with what is not broken; a few chosen ones go without, after a test run that said so. */
if (chosen.length === mutants.length) {
  const untouched: Mutant = { name: 'nothing broken', rule: '-', edits: [], why: 'judges are content', setting: {} };
  const control = await tryOne(scratches[0]!, untouched, Math.min(budget, 3));
  if (control.verdicts.length > 0) throw new Error(`the sources as they are fail: ${rowOf(control)}`);
}

const results: Result[] = [];
const waiting = [...chosen];
async function work(scratch: Scratch): Promise<void> {
  for (let next = waiting.shift(); next !== undefined && sinceStart() < deadline; next = waiting.shift()) {
    const result = await tryOne(scratch, next, budget);
    results.push(result);
    console.log(rowOf(result));
  }
}
await Promise.all(scratches.map(work));

const unjudged = chosen.filter((mutant) => !results.some((result) => result.mutant === mutant));
const inOrder = chosen.flatMap((mutant) => results.filter((result) => result.mutant === mutant));
writeFileSync(values.json, jsonOf(inOrder, sinceStart(), budget));
console.log(`\n${summaryOf(inOrder)}; ${Math.round(sinceStart())} s`);
if (unjudged.length > 0) console.log(`not judged in time: ${unjudged.map(({ name }) => name).join(', ')}`);
console.log(
  `${equivalents.length} breakages that nobody can notice, each with its argument: test/mutants/list/equivalents.ts`,
);
const survived = inOrder.some(({ verdicts }) => verdicts.length === 0);
process.exitCode = survived || unjudged.length > 0 ? 1 : 0;
