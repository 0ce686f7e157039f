/** A line plot as SVG, by hand: few marks, names at the lines' ends, light and dark. One rule: every point is a number measured. */

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Index of the colour. */
  readonly colour: 0 | 1 | 2;
  /** A bound, not a measurement: a broad pale line below the others, without dots. */
  readonly bound?: boolean;
}

export interface LinePlot {
  readonly title: string;
  /** What the axes are, and under what conditions. */
  readonly subtitle: string;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly yLog?: boolean;
  readonly yUnit: string;
  readonly series: readonly Series[];
}

const size = { width: 800, height: 430 };
const area = { left: 84, right: 570, top: 74, bottom: 372 };
const colours = ['#0b6bcb', '#c2410c', '#64748b'] as const;
/** Least distance of two names, px. */
const nameHeight = 17;

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1e293b }
  .title { font-size: 17px; font-weight: 600 }
  .quiet { fill: #64748b }
  .grid { stroke: #e2e8f0 }
  .back { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e2e8f0 }
    .quiet { fill: #94a3b8 }
    .grid { stroke: #334155 }
    .back { fill: #0f172a }
  }`;

const escaped = (text: string): string => text.replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const round = (value: number): number => Math.round(value * 10) / 10;

/** Logarithmic for x, as sizes grow fourfold. */
function scaleOf(ticks: readonly number[], from: number, to: number, log: boolean): (value: number) => number {
  const form = log ? Math.log10 : (value: number) => value;
  const [low, high] = [form(ticks[0]!), form(ticks.at(-1)!)];
  return (value) => round(from + ((form(value) - low) / Math.max(high - low, 1e-9)) * (to - from));
}

/** Names apart from each other, in the order of their lines' ends. */
function spreadNames(ends: readonly number[]): readonly number[] {
  const order = ends.map((y, at) => ({ y, at })).sort((left, right) => left.y - right.y);
  for (let at = 1; at < order.length; at++) {
    order[at]!.y = Math.max(order[at]!.y, order[at - 1]!.y + nameHeight);
  }
  const over = Math.max(0, (order.at(-1)?.y ?? 0) - area.bottom);
  return ends.map((_, at) => order.find((one) => one.at === at)!.y - over);
}

export function linePlot({ title, subtitle, xTicks, yTicks, yLog = false, yUnit, series }: LinePlot): string {
  const x = scaleOf(xTicks, area.left, area.right, true);
  const y = scaleOf(yTicks, area.bottom, area.top, yLog);
  const grid = yTicks.map(
    (tick) =>
      `<line class="grid" x1="${area.left}" x2="${area.right}" y1="${y(tick)}" y2="${y(tick)}"/>` +
      `<text class="quiet" x="${area.left - 10}" y="${y(tick) + 4}" text-anchor="end">${tick.toLocaleString('en')}${yUnit}</text>`,
  );
  const below = xTicks.map(
    (tick) =>
      `<text class="quiet" x="${x(tick)}" y="${area.bottom + 24}" text-anchor="middle">${tick.toLocaleString('en')}</text>`,
  );
  // Bounds first, so that they lie below what reaches them.
  const drawn = series
    .filter(({ points }) => points.length > 0)
    .sort((left, right) => Number(right.bound ?? false) - Number(left.bound ?? false));
  const names = spreadNames(drawn.map(({ points }) => y(points.at(-1)![1])));
  const lines = drawn.map(({ name, points, colour, bound }, at) => {
    const path = points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${x(px)} ${y(py)}`).join(' ');
    const dots = bound ? '' : points.map(([px, py]) => `<circle cx="${x(px)}" cy="${y(py)}" r="3.5"/>`).join('');
    const end = x(points.at(-1)![0]);
    const pen = bound ? ' stroke-width="9" stroke-opacity="0.3" stroke-linejoin="round"' : ' stroke-width="2"';
    return (
      `<g fill="${colours[colour]}" stroke="none"><path d="${path}" fill="none" stroke="${colours[colour]}"${pen}/>${dots}` +
      `<text x="${end + 12}" y="${round(names[at]! + 4)}" style="fill:${colours[colour]}">${escaped(name)}</text></g>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${style}\n</style>`,
    `<rect class="back" width="${size.width}" height="${size.height}"/>`,
    `<text class="title" x="24" y="34">${escaped(title)}</text>`,
    `<text class="quiet" x="24" y="56">${escaped(subtitle)}</text>`,
    ...grid,
    ...below,
    `<text class="quiet" x="${(area.left + area.right) / 2}" y="${area.bottom + 46}" text-anchor="middle">validators</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}
