/**
 * `npm run twins -- [--budget 60s] [--histories N] [--seed 1]`: all histories of three views with a twin of a quarter of the
 * stake, then sampled ones of seven views, in turn with a twin of a quarter and of a third, until the time is over or N of
 * each were played.
 */
import { parseArgs } from 'node:util';
import { createRandom } from '../../server/simulator/random.js';
import { type Cast, playViews, threeViews, twinOfAQuarter, twinOfAThird, viewsOf } from './enumerate.js';

const { values } = parseArgs({
  options: {
    budget: { type: 'string', default: '60s' },
    histories: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: '1' },
  },
});
const budgetMs = Number.parseInt(values.budget, 10) * 1000;
const most = Number(values.histories);
const started = performance.now();
const elapsed = (): number => performance.now() - started;

class Tally {
  played = 0;
  conflicts = 0;
  /** Without a final block after the joined view. */
  stuck = 0;
  steps = 0;

  constructor(private readonly cast: Cast) {}

  play(views: readonly number[]): void {
    const outcome = playViews(views, this.cast);
    this.played++;
    this.steps += outcome.steps;
    if (outcome.height === 0) this.stuck++;
    if (outcome.conflict === undefined) return;
    this.conflicts++;
    console.log(`views ${views.join(',')}: ${outcome.conflict}`);
  }

  print(what: string): void {
    const { played, conflicts, stuck, steps } = this;
    const found = `${conflicts} conflicts, ${stuck} without a final block after the joined view`;
    console.log(`${what}: ${played} histories played; ${found}; ${steps} steps`);
  }
}

const three = new Tally(twinOfAQuarter);
let complete = true;
for (const views of threeViews()) {
  complete = elapsed() < budgetMs;
  if (!complete) break;
  three.play(views);
}
const standing = complete
  ? `all ${viewsOf(twinOfAQuarter) ** 3} by their classes`
  : 'the budget was over before the end';
three.print(`three views, a twin of a quarter (${standing})`);

const seven = [twinOfAQuarter, twinOfAThird].map((cast, at) => {
  const random = createRandom(Number(values.seed), `seven views ${at}`);
  const tally = new Tally(cast);
  const playOne = (): void => tally.play(Array.from({ length: 7 }, () => random.below(viewsOf(cast))));
  return { tally, playOne };
});
const [quarter, third] = seven.map(({ tally }) => tally) as [Tally, Tally];
function printSeven(): void {
  quarter.print('seven views, a twin of a quarter');
  third.print('seven views, a twin of a third, to which no liveness is owed');
  console.log(`${(elapsed() / 1000).toFixed(1)} s`);
}
while (quarter.played < most && elapsed() < budgetMs) {
  for (const { playOne } of seven) playOne();
  if (quarter.played % 50_000 === 0 && quarter.played < most) printSeven();
}
printSeven();
process.exitCode = three.conflicts + quarter.conflicts + third.conflicts + three.stuck + quarter.stuck > 0 ? 1 : 0;
