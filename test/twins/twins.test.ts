/** Twins: two cores with one key among four identities, in histories enumerated rather than imagined. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../server/simulator/random.js';
import { isFirstOfItsClass, playViews, threeViews, twinOfAQuarter, twinOfAThird, viewsOf } from './enumerate.js';

test('renaming leaves one representative of every class of histories', () => {
  // Burnside: a renaming with c cycles on the five players fixes 2^(c - 1) partings, times the leaders it fixes.
  const fixed = [64, 32, 16, 16, 16, 8, 8, 8, 4, 4, 2, 2];
  const classes = (views: number): number => fixed.reduce((sum, count) => sum + count ** views, 0) / fixed.length;
  let one = 0;
  for (let view = 0; view < viewsOf(twinOfAQuarter); view++) if (isFirstOfItsClass([view])) one++;
  assert.equal(one, classes(1));
  assert.equal([...threeViews()].length, classes(3));
});

test('one twin among four never makes two blocks of one height final, and a joined view brings finality', () => {
  const seed = 20_260_101;
  const random = createRandom(seed, 'twins');
  for (let run = 0; run < 300; run++) {
    const views = Array.from({ length: 3 + (run % 5) }, () => random.below(viewsOf(twinOfAQuarter)));
    const { conflict, height } = playViews(views);
    assert.equal(conflict, undefined, `views ${views.join(',')} of seed ${seed}`);
    assert.ok(height > 0, `views ${views.join(',')} of seed ${seed}: nothing became final`);
  }
});

test('a twin of exactly a third never makes two blocks of one height final', () => {
  const seed = 20_260_102;
  const random = createRandom(seed, 'twins of a third');
  let finals = 0;
  for (let run = 0; run < 300; run++) {
    const views = Array.from({ length: 3 + (run % 5) }, () => random.below(viewsOf(twinOfAThird)));
    const { conflict, height } = playViews(views, twinOfAThird);
    assert.equal(conflict, undefined, `views ${views.join(',')} of seed ${seed}`);
    if (height > 0) finals++;
  }
  assert.ok(finals > 150, `something became final in ${finals} of 300`);
});

test('a twin of three sevenths, more than a third, is found out', () => {
  const random = createRandom(8, 'control');
  const cast = { ...twinOfAThird, stakes: { A: 3 } };
  for (let run = 0; run < 2_000; run++) {
    const views = Array.from({ length: 4 }, () => random.below(viewsOf(cast)));
    if (playViews(views, cast).conflict !== undefined) return;
  }
  assert.fail('no conflict in 2,000 histories');
});

test('two twins among four, half of the stake, are found out', () => {
  const random = createRandom(7, 'control');
  const cast = { ...twinOfAQuarter, players: ['A', "A'", 'B', "B'", 'C', 'D'] };
  for (let run = 0; run < 2_000; run++) {
    const views = Array.from({ length: 4 }, () => random.below(viewsOf(cast)));
    if (playViews(views, cast).conflict !== undefined) return;
  }
  assert.fail('no conflict in 2,000 histories');
});
