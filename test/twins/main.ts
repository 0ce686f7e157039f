/** `npm run twins -- --budget 60s`: all histories of three views, then sampled ones of seven until the time is over. */
import { parseArgs } from 'node:util';
import { createRandom } from '../../server/simulator/random.js';
import { playViews, threeViews, viewCount } from './enumerate.js';

const { values } = parseArgs({
  options: { budget: { type: 'string', default: '60s' }, seed: { type: 'string', default: '1' } },
});
const budgetMs = Number.parseInt(values.budget, 10) * 1000;
const started = performance.now();
const wall = (): string => ((performance.now() - started) / 1000).toFixed(1);
let conflicts = 0;
let stuck = 0;
let steps = 0;

function play(views: readonly number[]): void {
  const outcome = playViews(views);
  steps += outcome.steps;
  if (outcome.height === 0) stuck++;
  if (outcome.conflict === undefined) return;
  conflicts++;
  console.log(`views ${views.join(',')}: ${outcome.conflict}`);
}

let played = 0;
let complete = true;
for (const views of threeViews()) {
  if (performance.now() - started > budgetMs) {
    complete = false;
    break;
  }
  play(views);
  played++;
}
console.log(
  `three views: ${played} histories played, ${complete ? `standing for all ${viewCount ** 3}` : 'budget over before the end'}; ` +
    `${conflicts} conflicts, ${stuck} without a final block after the joined view; ${steps} steps, ${wall()} s`,
);
const random = createRandom(Number(values.seed), 'seven views');
let sampled = 0;
while (performance.now() - started < budgetMs) {
  play(Array.from({ length: 7 }, () => random.below(viewCount)));
  sampled++;
}
console.log(`seven views: ${sampled} histories sampled; ${conflicts} conflicts; ${steps} steps, ${wall()} s`);
process.exitCode = conflicts + stuck > 0 ? 1 : 0;
