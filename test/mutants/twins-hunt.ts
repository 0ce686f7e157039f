/**
 * Looks for a mistake with the twins alone: the scenarios by hand, then sampled histories of three to seven views, in turn
 * with a twin of a quarter and of a third of the stake. Seed 1 stands for all scenarios. Prints one JSON line.
 */
import { createRandom } from '../../server/simulator/random.js';
import { readCommandLine } from '../command-line/read-command-line.js';
import { playViews, twinOfAQuarter, twinOfAThird, viewsOf } from '../twins/enumerate.js';
import { scenarios } from '../twins/library.js';
import { playScenario } from '../twins/scenario.js';
import { huntParameters, lookThroughSeeds } from './look-through-seeds.js';

const options = readCommandLine({
  command: 'node dist/test/mutants/twins-hunt.js',
  about: 'Looks for a mistake with twins alone: the scenarios by hand, then sampled histories. Prints one JSON line.',
  parameters: huntParameters,
});
const historiesPerSeed = 200;

function lookThroughScenarios(): string | undefined {
  for (const [name, text] of Object.entries(scenarios)) {
    const failed = playScenario(text);
    if (failed.length > 0) return `${name}: ${failed.join('; ')}`;
  }
  return undefined;
}

function lookThroughHistories(seed: number): string | undefined {
  const random = createRandom(seed, 'twins hunt');
  for (let run = 0; run < historiesPerSeed; run++) {
    const cast = run % 2 === 0 ? twinOfAQuarter : twinOfAThird;
    const views = Array.from({ length: 3 + (run % 5) }, () => random.below(viewsOf(cast)));
    const { conflict, height } = playViews(views, cast);
    if (conflict !== undefined) return `views ${views.join(',')}: ${conflict}`;
    if (height === 0 && cast === twinOfAQuarter) return `views ${views.join(',')}: nothing became final`;
  }
  return undefined;
}

lookThroughSeeds(options, (seed) => (seed === 1 ? lookThroughScenarios() : lookThroughHistories(seed)));
