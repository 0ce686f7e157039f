/**
 * Looks for a mistake with the twins alone: the scenarios by hand, then sampled histories of three to seven views, with
 * and without a twin. Seed 1 stands for all scenarios. Prints one JSON line.
 */
import { createRandom } from '../../server/simulator/random.js';
import { playViews, twinOfAQuarter, viewsOf } from '../twins/enumerate.js';
import { scenarios } from '../twins/library.js';
import { playScenario } from '../twins/scenario.js';
import { lookThroughSeeds } from './look-through-seeds.js';

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
    const views = Array.from({ length: 3 + (run % 5) }, () => random.below(viewsOf(twinOfAQuarter)));
    const { conflict, height } = playViews(views);
    if (conflict !== undefined) return `views ${views.join(',')}: ${conflict}`;
    if (height === 0) return `views ${views.join(',')}: nothing became final`;
  }
  return undefined;
}

lookThroughSeeds((seed) => (seed === 1 ? lookThroughScenarios() : lookThroughHistories(seed)));
