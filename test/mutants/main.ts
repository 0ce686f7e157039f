/**
 * `npm run mutants`: breaks the sources one rule at a time and reports who noticed. Fails when one survives, or when the
 * list fits neither the sources nor the protocol.
 */
import { writeFileSync } from 'node:fs';
import { createRandom } from '../../server/simulator/random.js';
import * as forms from '../command-line/forms.js';
import { flag, option, optional, readCommandLine } from '../command-line/read-command-line.js';
import { type Court, judge, judgeNames } from './judges.js';
import { equivalents, mutants } from './list.js';
import type { Mutant } from './mutant.js';
import { faultsOfTheList } from './rule-tags.js';
import { createScratch, type Scratch } from './scratch.js';
import { jsonOf, type Result, rowOf, summaryOf } from './table.js';

const options = readCommandLine({
  command: 'npm run mutants',
  about:
    'Breaks the sources one rule at a time and asks who notices: the simulator, the twins, the tests. ' +
    'It fails when nobody does, or when the list of breakages fits neither the sources nor the protocol.',
  parameters: {
    budget: option(
      forms.seconds({ above: 0 }),
      'processor time of simulation for each; the twins get half of it',
      '10s',
    ),
    jobs: option(forms.count, 'breakages at a time', '1'),
    from: option(forms.count, 'the first seed of simulations', '1'),
    only: optional(
      forms.listOf(
        forms.oneOf(
          'name',
          mutants.map(({ name }) => name),
          'the names in test/mutants/list',
        ),
      ),
      'these breakages',
      'all',
    ),
    rule: optional(
      forms.oneOf(
        'tag',
        mutants.map(({ rule }) => rule),
        'the tags in docs/PROTOCOL.md, such as 5-watermark',
      ),
      'breakages of this rule',
      'all',
    ),
    pick: optional(forms.count, 'so many of these at random', 'all'),
    seed: optional(forms.seed, 'the same number picks the same', 'drawn from the clock'),
    by: optional(forms.listOf(forms.oneOf('judge', judgeNames)), 'whom to ask', 'all'),
    all: flag('asks every judge, not only until one has noticed'),
    json: option(forms.file, 'where the results go', 'dist/mutants.json'),
  },
  examples: {
    '--pick 6 --budget 5s': 'six at random, in some minutes',
    '--rule 5-watermark --all': 'who notices that one rule is broken',
  },
});
const { budget, jobs } = options;

function choose(): readonly Mutant[] {
  const { only, rule, pick } = options;
  const fitting = mutants.filter((one) => (only?.includes(one.name) ?? true) && (rule ?? one.rule) === one.rule);
  if (fitting.length === 0) {
    console.error(`error: No breakage so named is one of rule ${rule}.`);
    process.exit(2);
  }
  if (pick === undefined) return fitting;
  const seed = options.seed ?? Math.floor(Date.now() / 1000);
  console.log(`picked with --seed ${seed}`);
  return createRandom(seed, 'pick').shuffle(fitting).slice(0, pick);
}

const faults = faultsOfTheList();
if (faults.length > 0) throw new Error(`the list of mutants is out of date:\n${faults.join('\n')}`);
const asked = judgeNames.filter((name) => (options.by ?? judgeNames).includes(name));
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
    from: options.from,
  };
  const verdicts = await judge(court, mutant, asked, options.all);
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
writeFileSync(options.json, jsonOf(inOrder, sinceStart(), budget));
console.log(`\n${summaryOf(inOrder)}; ${Math.round(sinceStart())} s`);
if (unjudged.length > 0) console.log(`not judged in time: ${unjudged.map(({ name }) => name).join(', ')}`);
console.log(
  `${equivalents.length} breakages that nobody can notice, each with its argument: test/mutants/list/equivalents.ts`,
);
const survived = inOrder.some(({ verdicts }) => verdicts.length === 0);
process.exitCode = survived || unjudged.length > 0 ? 1 : 0;
