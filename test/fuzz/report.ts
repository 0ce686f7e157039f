/** What a run of the fuzzer tells: counts by message type and route with the verdicts given, and the figures. */
import type { Memory } from './watch.js';

export interface Report {
  readonly seed: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly directory: string;
  readonly failures: readonly string[];
  readonly inputs: number;
  readonly outcomes: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly slotMs: number;
  /** One for each honest node. */
  readonly memory: readonly Memory[];
  /** The longest pauses of finality, three of each honest node. */
  readonly gaps: readonly { readonly ms: number; readonly ownSlots: number; readonly endedAfterS: number }[];
  /** Seconds without a link between honest nodes, for each of them. */
  readonly lostLinkS: readonly number[];
  /** The fuzzer's own longest stall: what it measures is no better than this. */
  readonly stallMs: number;
  readonly payments: { readonly accepted: number; readonly met503: number; readonly notFinal: number };
  readonly blocks: number;
  readonly epochs: number;
  readonly burnt: number;
  readonly verified: number;
  readonly evidence: number;
}

const maxGapSlots = 3;
const maxGrowthMiB = 64;

/** Pauses of finality that were too long, in words. Of the slots that the fuzzer led and wasted, one counts. */
export function longPauses({ gaps, slotMs }: Report): string[] {
  return gaps
    .filter(({ ms, ownSlots }) => ms / slotMs - Math.max(0, ownSlots - 1) >= maxGapSlots)
    .map(({ ms, ownSlots }) => `finality paused for ${(ms / slotMs).toFixed(2)} slots, ${ownSlots} led by the fuzzer`);
}

/** Judges the other figures and prints everything. */
export function printReport(report: Report, fail: (what: string) => void, json: boolean): void {
  const { gaps, memory, slotMs, payments, outcomes } = report;
  for (const { growthMiB } of memory) {
    // NaN where no sample came.
    if (!(growthMiB < maxGrowthMiB)) fail(`a node's memory grew by ${growthMiB.toFixed(1)} MiB`);
  }
  if (payments.notFinal > 0) fail(`${payments.notFinal} accepted payments did not become final`);
  if (payments.accepted === 0) fail('no payment was accepted at all');
  if (json) {
    const byKind = Object.fromEntries([...outcomes].map(([kind, counts]) => [kind, Object.fromEntries(counts)]));
    console.log(JSON.stringify({ ...report, outcomes: byKind }, undefined, 2));
    return;
  }
  for (const [kind, counts] of [...outcomes].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const all = [...counts].sort(([, left], [, right]) => right - left);
    console.log(`${kind.padEnd(40)} ${all.map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`);
  }
  const each = (of: (memory: Memory) => number): string => memory.map((one) => of(one).toFixed(0)).join(', ');
  console.log(
    `${report.inputs} inputs in ${report.seconds} s, seed ${report.seed}, ${report.failures.length} failures`,
  );
  const pauses = gaps.map(({ ms, endedAfterS }) => `${(ms / slotMs).toFixed(2)} (after ${endedAfterS} s)`);
  console.log(`longest pauses of finality, in slots: ${pauses.join(', ')}`);
  console.log(`honest nodes without a link to each other: ${report.lostLinkS.join(', ')} s`);
  console.log(`longest stall of the fuzzer itself: ${report.stallMs.toFixed(0)} ms`);
  console.log(`memory, MiB: from ${each(({ startMiB }) => startMiB)} to ${each(({ endMiB }) => endMiB)}`);
  for (const { tenthsMiB } of memory) console.log(`  floor of each tenth: ${tenthsMiB.join(', ')}`);
  console.log(`grown by ${each(({ growthMiB }) => growthMiB)}, peak ${each(({ peakMiB }) => peakMiB)}`);
  console.log(
    `payments: ${payments.accepted} accepted, ${payments.notFinal} not final, met 503 ${payments.met503} times`,
  );
  const { blocks, epochs, burnt, evidence, verified } = report;
  console.log(`${blocks} blocks, ${epochs} epochs, ${evidence} evidence, ${burnt} burnt, ${verified} ledgers verified`);
}
