/** Reports that are added up, and seeds that are shared among processes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseReportLine, type ReportLine, replayCommand } from './report-line.js';
import { type Result, runSeeds } from './run-seeds.js';
import { createTally, percentile, tableOf } from './totals.js';

async function run(jobs: number): Promise<readonly Result[]> {
  const results: Result[] = [];
  await runSeeds({
    first: 31,
    count: 5,
    jobs,
    budgetMs: Number.POSITIVE_INFINITY,
    optionsOf: (seed) => ({ seed, chaosMs: 5_000, nodes: seed === 31 ? 9 : 4 }),
    onResult: (result) => results.push(result),
  });
  return results;
}

test('results depend on the seed alone and come in order, however many processes share the work', async () => {
  const [alone, shared] = [await run(1), await run(2)];
  const withoutCost = ({ cpuMs, ...rest }: Result) => rest;
  assert.deepEqual(
    alone.map(({ seed }) => seed),
    [31, 32, 33, 34, 35],
  );
  assert.deepEqual(shared.map(withoutCost), alone.map(withoutCost));
});

test('no seed begins after the budget', async () => {
  const results: Result[] = [];
  await runSeeds({
    first: 1,
    count: 5,
    jobs: 2,
    budgetMs: 0,
    optionsOf: (seed) => ({ seed, chaosMs: 1_000 }),
    onResult: (result) => results.push(result),
  });
  assert.deepEqual(results, []);
});

test('a line is counted once for each commit, and names the command that runs it again', async () => {
  const [first, second] = await run(1);
  const line: ReportLine = { ...first!, commit: 'abc' };
  const broken: ReportLine = { ...second!, commit: 'abc', verdict: 'violation', violation: 'one final block: two' };
  const tally = createTally();
  for (const one of [line, line, broken]) tally.add(parseReportLine(JSON.stringify(one))!);
  const totals = tally.totals();
  assert.deepEqual([totals.seeds, totals.repeated, totals.violations.length], [2, 1, 1]);
  assert.equal(totals.finalBlocks, line.finalBlocks + broken.finalBlocks);
  assert.deepEqual([...totals.recovery], [[line.recoverySlots, 1]], 'a seed that failed has not recovered');
  const table = tableOf(totals).join('\n');
  assert.match(table, /^2 seeds: 1 violations/);
  assert.ok(table.includes('npm run sim -- --seed 32 --chaos 5s --nodes 4 --trace'), table);
  assert.equal(replayCommand({ seed: 7, chaosMs: 500 }), 'npm run sim -- --seed 7 --chaos 0.5s --trace');
});

test('a line that was cut off is no report', async () => {
  const text = JSON.stringify((await run(1))[0]);
  assert.equal(parseReportLine(text)?.seed, 31);
  assert.equal(parseReportLine(text.slice(0, -1)), undefined);
  assert.equal(parseReportLine('{}'), undefined);
});

test('a percentile is the least value that so many have not exceeded', () => {
  const counts = new Map([
    [1, 98],
    [5, 1],
    [9, 1],
  ]);
  assert.deepEqual(
    [0.5, 0.98, 0.99, 1].map((share) => percentile(counts, share)),
    [1, 1, 5, 9],
  );
});
