/** The plots of docs/PERFORMANCE.md, from the measured cells. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured, Routing } from './cell.js';
import { linePlot, type Series } from './line-plot.js';
import { type Cell, isMeasured } from './results.js';

const routings: readonly (readonly [Routing, string, 0 | 1])[] = [
  ['everyone', 'votes to everyone', 0],
  ['leader', 'votes to the leader', 1],
];

const points = (cells: readonly Measured[], routing: Routing, dead: number, value: (cell: Measured) => number) =>
  cells
    .filter(({ plan }) => plan.routing === routing && plan.deadPercent === dead)
    .map((cell) => [cell.plan.validators, value(cell)] as const)
    .sort(([left], [right]) => left - right);

/** Round values from 0 that reach over `highest`. */
function linearTicks(highest: number): readonly number[] {
  const step = [50, 100, 200, 250, 500, 1_000].find((one) => highest / one <= 6) ?? 2_000;
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, at) => at * step);
}

const powersOfTen = (highest: number): readonly number[] =>
  Array.from({ length: Math.ceil(Math.log10(highest)) }, (_, at) => 10 ** (at + 1));

const sizesOf = (cells: readonly Measured[]): readonly number[] =>
  [...new Set(cells.map(({ plan }) => plan.validators))].sort((left, right) => left - right);

function finalityPlot(cells: readonly Measured[]): string {
  const last = (cell: Measured): number => cell.lastNode.p50;
  const series: Series[] = routings.flatMap(([routing, name, colour]) => [
    { name, colour, points: points(cells, routing, 0, last) },
    { name: `${name}, 30 % dead`, colour, points: points(cells, routing, 30, last) },
  ]);
  const bound = (cell: Measured): number => cell.threeDelays.lastNode;
  series.push({ name: 'three delays', colour: 2, bound: true, points: points(cells, 'everyone', 0, bound) });
  series.push({
    name: 'three delays, 30 % dead',
    colour: 2,
    bound: true,
    points: points(cells, 'everyone', 30, bound),
  });
  const highest = Math.max(...series.flatMap((one) => one.points.map(([, y]) => y)));
  return linePlot({
    title: 'From proposal to final on the last live node',
    subtitle: 'median block, ms; validators spread over ten cloud regions on six continents',
    xTicks: sizesOf(cells),
    yTicks: linearTicks(highest),
    yUnit: '',
    series,
  });
}

function messagesPlot(cells: readonly Measured[]): string {
  const series = routings.map(
    ([routing, name, colour]): Series => ({ name, colour, points: points(cells, routing, 0, (cell) => cell.messages) }),
  );
  return linePlot({
    title: 'Messages between nodes for one block',
    subtitle: 'proposals, votes, certificates and new-views, all nodes together; both axes logarithmic',
    xTicks: sizesOf(cells),
    yTicks: powersOfTen(Math.max(...cells.map(({ messages }) => messages))),
    yLog: true,
    yUnit: '',
    series,
  });
}

export function writePlots(docs: string, cells: readonly Cell[]): void {
  const measured = cells.filter(isMeasured);
  if (measured.length === 0) return;
  mkdirSync(join(docs, 'plots'), { recursive: true });
  writeFileSync(join(docs, 'plots/scale-finality.svg'), finalityPlot(measured));
  writeFileSync(join(docs, 'plots/scale-messages.svg'), messagesPlot(measured));
}
