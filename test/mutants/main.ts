/**
 * `npm run mutants`: breaks the sources one rule at a time and reports what noticed. Fails when one survives, or when
 * the list no longer fits the sources. `--budget 5s` of simulation (processor time) for each, `--only NAME`, `--from SEED`.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { Mutant, Setting } from './mutant.js';
import { mutants, settings } from './mutants.js';
import { createScratch } from './scratch.js';

/** Unit tests that together take about a second. */
const tests = ['voting-rules', 'leading-rules', 'epoch-rules', 'schedule', 'finality'].map(
  (name) => `dist/test/consensus/${name}.test.js`,
);

const { values } = parseArgs({
  options: {
    budget: { type: 'string', default: '5s' },
    only: { type: 'string' },
    from: { type: 'string', default: '1' },
  },
});
const budget = Number(/^(\d+)s?$/.exec(values.budget)?.[1]);
if (!(budget > 0)) throw new Error(`--budget: ${values.budget} is not a number of seconds, such as 5s`);

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** @param limitMs after which it is stopped: a mutant may run for ever */
function runNode(cwd: string, args: readonly string[], limitMs: number): Promise<Ended> {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const take = (chunk: Buffer): void => {
      if (output.length < 1_000_000) output += chunk;
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
    child.on('close', (code) => {
      clearTimeout(limit);
      done({ code, output });
    });
  });
}

async function bySimulation(cwd: string, { roles, faults }: Setting): Promise<string | undefined> {
  const args = ['dist/test/mutants/hunt.js', '--from', values.from, '--budget', String(budget)];
  if (roles !== undefined) args.push('--roles', roles.join());
  if (faults !== undefined) args.push('--faults', faults.join());
  const { code, output } = await runNode(cwd, args, (4 * budget + 20) * 1000);
  if (code === null) return 'a run that never ends';
  const line = output.trim().split('\n').at(-1) ?? '';
  if (code !== 0) return `stopped: ${line}`;
  const { seed, violation } = JSON.parse(line) as { seed?: number; violation?: string };
  return seed === undefined ? undefined : `seed ${seed}: ${violation?.split('\n')[0]?.slice(0, 110)}`;
}

async function byTests(cwd: string): Promise<string | undefined> {
  const { code, output } = await runNode(cwd, ['--test', '--test-reporter=tap', ...tests], 60_000);
  if (code === 0) return undefined;
  const failed = output.split('\n').filter((line) => /^ *not ok .*[^)]$/.test(line) && !line.includes('.test.js'));
  const title = failed[0]?.replace(/^ *not ok \d+ - /, '') ?? 'a test that never ends';
  return `${title.slice(0, 90)}${failed.length > 1 ? ` (and ${failed.length - 1} more)` : ''}`;
}

const chosen = mutants.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) throw new Error(`no mutant is called ${values.only}`);
const scratch = createScratch();
const untouched: Mutant = { name: 'nothing broken', rule: '-', edits: [], why: 'the judges must be content' };
const survivors: string[] = [];
let bySimulationAlone = 0;
try {
  for (const mutant of [untouched, ...chosen]) {
    const undo = scratch.apply(mutant);
    const [simulation, test] = await Promise.all([
      bySimulation(scratch.directory, settings[mutant.name] ?? {}),
      byTests(scratch.directory),
    ]);
    undo();
    const killed = simulation !== undefined || test !== undefined;
    if (mutant === untouched) {
      if (killed) throw new Error(`the sources as they are fail: ${simulation ?? test}`);
      continue;
    }
    if (simulation !== undefined) bySimulationAlone++;
    if (!killed) survivors.push(mutant.name);
    console.log(`${killed ? 'killed  ' : 'SURVIVED'} ${mutant.name} [${mutant.rule}]: ${mutant.why}`);
    console.log(`           simulation: ${simulation ?? `not within ${budget} s`}`);
    console.log(`           tests:      ${test ?? 'all pass'}`);
  }
} finally {
  scratch.remove();
}
console.log(
  `${chosen.length} mutants: ${chosen.length - survivors.length} killed, ${bySimulationAlone} by simulation alone`,
);
if (survivors.length > 0) console.log(`survivors: ${survivors.join(', ')}`);
console.log(`replay one: npm run mutants -- --only ${chosen[0]!.name} --budget 30s`);
process.exitCode = survivors.length > 0 ? 1 : 0;
