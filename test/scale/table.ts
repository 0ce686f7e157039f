/** The measured cells as Markdown. One rule: the document between the two marks is this program's, the rest is not. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured, Routing } from './cell.js';
import { type Cell, isMeasured } from './results.js';

const marks = ['<!-- scale: made by npm run scale -->', '<!-- scale: end -->'] as const;
const ms = (value: number): string => `${Math.round(value).toLocaleString('en')} ms`;
const seconds = (value: number): string => (value < 1_000 ? ms(value) : `${(value / 1_000).toFixed(1)} s`);

const head = [
  'validators',
  'dead',
  'final at the median node',
  'at the last node',
  'three delays',
  'five delays',
  'a payment, p50 / p99',
  'messages a block',
  'blocks measured',
];

function row(cell: Cell): readonly string[] {
  const { validators, deadPercent } = cell.plan;
  const name = validators.toLocaleString('en');
  if (!isMeasured(cell)) return [name, `${deadPercent} %`, `not measured: ${cell.missing}`, '', '', '', '', '', '0'];
  const dead = cell.dead === 0 ? 'none' : `${cell.dead} (${Math.round((1_000 * cell.dead) / validators) / 10} %)`;
  return [
    name,
    dead,
    ms(cell.medianNode.p50),
    ms(cell.lastNode.p50),
    bounds(cell.threeDelays),
    cell.plan.routing === 'leader' ? bounds(cell.steps) : '',
    cell.blocks < 10 ? 'too few' : `${seconds(cell.payment.p50)} / ${seconds(cell.payment.p99)}`,
    cell.messages.toLocaleString('en'),
    String(cell.blocks),
  ];
}

const bounds = ({ medianNode, lastNode }: Measured['steps']): string => `${ms(medianNode)}, ${ms(lastNode)}`;

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function part(routing: Routing, cells: readonly Cell[]): readonly string[] {
  const own = cells.filter(({ plan }) => plan.routing === routing);
  if (own.length === 0) return [];
  // Five delays are the bound of one routing only.
  const keep = (_: string, at: number): boolean => routing === 'leader' || at !== 5;
  const rows = [head, head.map(() => '---'), ...own.map(row)].map((one) => line(one.filter(keep)));
  return [
    '',
    `Votes go to ${routing === 'leader' ? 'the leader' : 'everyone'} (\`vote_routing: ${routing}\`):`,
    '',
    ...rows,
  ];
}

export function tableText(cells: readonly Cell[]): string {
  return [...part('everyone', cells), ...part('leader', cells), ''].join('\n');
}

/** @throws when the document has no place for it */
export function writeTable(docs: string, cells: readonly Cell[]): void {
  const path = join(docs, 'PERFORMANCE.md');
  const text = readFileSync(path, 'utf8');
  const [start, end] = marks.map((mark) => text.indexOf(mark)) as [number, number];
  if (start < 0 || end < start) throw new Error(`${path} has no place for the table: ${marks.join(' … ')}`);
  writeFileSync(path, `${text.slice(0, start + marks[0].length)}\n${tableText(cells)}\n${text.slice(end)}`);
}
