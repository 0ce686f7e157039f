/**
 * Who may notice a mutant, in this order: the simulator alone, the twins (scenarios by hand and sampled histories), the
 * fast tests. One rule: what a seed shows counts only if the unbroken sources pass that seed.
 */
import { runBounded } from './bounded-process.js';
import type { Mutant } from './mutant.js';
import { testsFor } from './tests-for.js';

export interface Verdict {
  readonly judge: 'simulation' | 'twins' | 'tests';
  readonly detail: string;
  readonly seed?: number;
  readonly seconds: number;
}

/** What a hunt prints as its last line. */
export interface HuntReport {
  readonly runs: number;
  readonly seed?: number;
  readonly found?: string;
}

export interface Court {
  /** The scratch copy with the mutant. */
  readonly broken: string;
  /** A copy without it. */
  readonly sound: string;
  /** Seconds of processor time for the simulator; the twins get half of it. */
  readonly budget: number;
  readonly from: number;
}

const maxSeeds = 2_000;
const neverEnds = 'a run that never ends';
const secondsSince = (started: number): number => Math.round((performance.now() - started) / 100) / 10;

interface Hunt {
  readonly program: 'hunt.js' | 'twins-hunt.js';
  readonly args: readonly string[];
  readonly budget: number;
}

/** @returns the report, or a sentence when the program broke down altogether */
async function hunt(directory: string, { program, args, budget }: Hunt): Promise<HuntReport | string> {
  const all = [`dist/test/mutants/${program}`, '--budget', String(budget), ...args];
  const limits = { processorSeconds: 2 * budget + 10, wallSeconds: 4 * budget + 30 };
  const { code, output } = await runBounded(directory, all, limits);
  if (code === undefined) return neverEnds;
  const line = output.trim().split('\n').at(-1) ?? '';
  return code === 0 ? (JSON.parse(line) as HuntReport) : `stopped: ${line}`;
}

const short = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 140);

async function byHunt(court: Court, judge: 'simulation' | 'twins', one: Hunt): Promise<Verdict | undefined> {
  const started = performance.now();
  const end = court.from + maxSeeds;
  for (let from = court.from; from < end; ) {
    const args = [...one.args, '--from', String(from), '--seeds', String(end - from)];
    const report = await hunt(court.broken, { ...one, args });
    if (typeof report === 'string') return { judge, detail: report, seconds: secondsSince(started) };
    const { seed, found } = report;
    if (seed === undefined || found === undefined) return undefined;
    const again = [...one.args, '--from', String(seed), '--seeds', '1'];
    const sound = await hunt(court.sound, { ...one, args: again, budget: Math.max(one.budget, 20) });
    if (typeof sound !== 'string' && sound.seed === undefined) {
      return { judge, detail: short(found), seed, seconds: secondsSince(started) };
    }
    const how = typeof sound === 'string' ? sound : sound.found;
    console.log(`the unbroken sources fail as well: ${one.program} ${again.join(' ')}: ${short(how ?? '')}`);
    from = seed + 1;
  }
  return undefined;
}

function bySimulation(court: Court, { setting }: Mutant): Promise<Verdict | undefined> {
  const { roles, faults } = setting;
  const args = [...(roles ? ['--roles', roles.join()] : []), ...(faults ? ['--faults', faults.join()] : [])];
  return byHunt(court, 'simulation', { program: 'hunt.js', args, budget: court.budget });
}

const byTwins = (court: Court): Promise<Verdict | undefined> =>
  byHunt(court, 'twins', { program: 'twins-hunt.js', args: [], budget: court.budget / 2 });

const failures = (output: string): readonly string[] =>
  output.split('\n').filter((line) => /^ *not ok \d+ - /.test(line) && !line.includes('.test.js'));

async function byTests(court: Court, mutant: Mutant): Promise<Verdict | undefined> {
  const started = performance.now();
  for (const files of testsFor(court.broken, mutant)) {
    const args = ['--test', '--test-reporter=tap', '--test-concurrency=1', ...files];
    const limits = { processorSeconds: 15, wallSeconds: 90 };
    const { code, output } = await runBounded(court.broken, args, limits, (so) => failures(so).length > 0);
    if (code === 0) continue;
    const title = failures(output)[0]?.replace(/^ *not ok \d+ - /, '') ?? 'a test that never ends';
    return { judge: 'tests', detail: short(title), seconds: secondsSince(started) };
  }
  return undefined;
}

export const judgeNames = ['simulation', 'twins', 'tests'] as const satisfies readonly Verdict['judge'][];

const judges = { simulation: bySimulation, twins: byTwins, tests: byTests };

/** Twins are cores without a ledger and without a driver. */
function hasSay(name: Verdict['judge'], { edits }: Mutant): boolean {
  return name !== 'twins' || edits.length === 0 || edits.some(({ file }) => file.startsWith('consensus/'));
}

/** @param asked in this order. @param all asks every one of them, not only until one has noticed */
export async function judge(
  court: Court,
  mutant: Mutant,
  asked: readonly Verdict['judge'][] = judgeNames,
  all = false,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const name of asked) {
    if (!hasSay(name, mutant)) continue;
    const verdict = await judges[name](court, mutant);
    if (verdict !== undefined) verdicts.push(verdict);
    if (verdict !== undefined && !all) break;
  }
  return verdicts;
}
