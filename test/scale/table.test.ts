/** Table and plots show what was measured, say what was not, and touch nothing else in the document. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Measured } from './cell.js';
import { type Cell, merge, read, write } from './results.js';
import { tableText, writeTable } from './table.js';
import { writePlots } from './write-plots.js';

const cell = (validators: number, messages: number): Measured => ({
  plan: { validators, routing: 'everyone', deadPercent: 0 },
  dead: 0,
  blocks: 60,
  medianNode: { p50: 311.4, p99: 362 },
  lastNode: { p50: 349.6, p99: 400 },
  threeDelays: { medianNode: 311, lastNode: 349 },
  steps: { medianNode: 311, lastNode: 349 },
  payment: { p50: 397, p99: 11_700 },
  messages,
  messagesByType: { vote: messages },
  slots: 60,
  cpuSeconds: 1,
});
const missing: Cell = { plan: { validators: 1_000, routing: 'everyone', deadPercent: 30 }, missing: 'no time' };

test('a cell that was measured again replaces the old one, and the others stay', () => {
  const cells = merge([cell(4, 30), cell(16, 525)], [cell(16, 500), missing]);
  assert.deepEqual(
    cells.map((one) => ('missing' in one ? one.missing : one.messages)),
    [30, 500, 'no time'],
  );
});

test('the table has a row for each cell, and says what was not measured', () => {
  const text = tableText([cell(16, 525), missing]);
  assert.match(text, /^\| 16 \| none \| 311 ms \| 350 ms \| 311 ms, 349 ms \| 397 ms \/ 11\.7 s \| 525 \| 60 \|$/m);
  assert.match(text, /^\| 1,000 \| 30 % \| not measured: no time \|/m);
});

test('the table stands between its marks, and the rest of the document stays', (t) => {
  const docs = mkdtempSync(join(tmpdir(), 'slotledger-scale-'));
  t.after(() => rmSync(docs, { recursive: true, force: true }));
  const before = 'above\n<!-- scale: made by npm run scale -->\nold\n<!-- scale: end -->\nbelow\n';
  writeFileSync(join(docs, 'PERFORMANCE.md'), before);
  write(docs, [cell(4, 30), cell(16, 525)]);
  assert.equal(read(docs).length, 2);
  writeTable(docs, read(docs));
  writeTable(docs, read(docs));
  const text = readFileSync(join(docs, 'PERFORMANCE.md'), 'utf8');
  assert.match(text, /^above\n<!-- scale: made by npm run scale -->\n\nVotes go to everyone/);
  assert.match(text, /\n<!-- scale: end -->\nbelow\n$/);
  assert.ok(!text.includes('old'));
  writePlots(docs, read(docs));
  const plot = readFileSync(join(docs, 'plots/scale-finality.svg'), 'utf8');
  assert.equal(plot.match(/<circle/g)?.length, 2, 'a dot for each measured point');
  for (const tag of ['svg', 'g', 'text', 'style']) {
    const count = (pattern: string): number => plot.match(new RegExp(pattern, 'g'))?.length ?? 0;
    assert.equal(count(`<${tag}[ >]`), count(`</${tag}>`), `${tag} is closed`);
  }
});
