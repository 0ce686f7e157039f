/** What the demo shows: one line a slot, with its leader, what became final in it, how fast, and every node's height. */
import picocolors from 'picocolors';

const pc = picocolors.createColors(process.stdout.isTTY === true && !process.env.NO_COLOR);

export interface SlotSummary {
  readonly slot: number;
  readonly leader: string;
  readonly payments: number;
  /** Finality times of the payments that ended in this slot, ms. */
  readonly tookMs: readonly number[];
  /** Height of each node, undefined while it is down. */
  readonly heights: readonly (number | undefined)[];
}

const barWidth = 24;

export function heading(names: readonly string[]): string {
  return pc.bold(
    `${'slot'.padStart(4)}  ${'leader'.padEnd(6)}  ${'payments made final'.padEnd(barWidth + 4)} ${'median'.padStart(7)}   ` +
      names.map((name) => name.padStart(6)).join(' '),
  );
}

export function slotLine({ slot, leader, payments, tookMs, heights }: SlotSummary): string {
  const bar = '█'.repeat(Math.min(barWidth, Math.ceil(payments / 2)));
  const median = tookMs.length === 0 ? '' : `${Math.round(medianOf(tookMs))} ms`;
  const highest = Math.max(...heights.map((height) => height ?? 0));
  const nodes = heights.map((height) => {
    if (height === undefined) return pc.red('down'.padStart(6));
    const text = String(height).padStart(6);
    return height + 3 < highest ? pc.yellow(text) : pc.green(text);
  });
  const count = String(payments).padStart(3);
  return `${String(slot).padStart(4)}  ${leader.padEnd(6)}  ${pc.cyan(bar.padEnd(barWidth))} ${count} ${median.padStart(7)}   ${nodes.join(' ')}`;
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
