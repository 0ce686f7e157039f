/**
 * `npm run twins`: all histories of three views with a twin of a quarter of the stake, then sampled ones of seven views, in
 * turn with a twin of a quarter and of a third, until the time is over or enough of each were played.
 */
import { createRandom } from '../../server/simulator/random.js';
import * as forms from '../command-line/forms.js';
import { option, optional, readCommandLine } from '../command-line/read-command-line.js';
import { type Cast, playViews, threeViews, twinOfAQuarter, twinOfAThird, viewsOf } from './enumerate.js';

const options = readCommandLine({
  command: 'npm run twins',
  about:
    'Plays consensus cores of which one has a twin with the same key: every history of three views, then sampled ones of seven. ' +
    'No two final blocks of one height may come of it.',
  parameters: {
    budget: option(forms.durationMs, 'how long it plays', '60s'),
    histories: optional(
      forms.count,
      'histories of seven views with each of two twins, at most',
      'as many as the time allows',
    ),
    seed: option(forms.seed, 'the same number samples the same histories', '1'),
  },
});
const most = options.histories ?? Number.POSITIVE_INFINITY;
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
  complete = elapsed() < options.budget;
  if (!complete) break;
  three.play(views);
}
const standing = complete
  ? `all ${viewsOf(twinOfAQuarter) ** 3} by their classes`
  : 'the budget was over before the end';
three.print(`three views, a twin of a quarter (${standing})`);

const seven = [twinOfAQuarter, twinOfAThird].map((cast, at) => {
  const random = createRandom(options.seed, `seven views ${at}`);
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
while (quarter.played < most && elapsed() < options.budget) {
  for (const { playOne } of seven) playOne();
  if (quarter.played % 50_000 === 0 && quarter.played < most) printSeven();
}
printSeven();
process.exitCode = three.conflicts + quarter.conflicts + third.conflicts + three.stuck + quarter.stuck > 0 ? 1 : 0;
