/** Adds reports up and prints them as a table. One rule: names of faults and roles come from the reports themselves. */
import { lineKey, type ReportLine, replayCommand } from './report-line.js';

export interface Totals {
  readonly seeds: number;
  /** Lines for a seed, commit and options that had been counted already. */
  readonly repeated: number;
  readonly violations: readonly ReportLine[];
  readonly simulatedS: number;
  /** Simulated time in slots, whose length each seed draws: what a run costs goes by these, not by seconds. */
  readonly slots: number;
  readonly cpuS: number;
  readonly events: number;
  readonly finalBlocks: number;
  /** How often each fault happened, and in how many seeds. */
  readonly faults: ReadonlyMap<string, { readonly times: number; readonly seeds: number }>;
  readonly byzantineSeeds: number;
  /** In how many seeds each role was played. */
  readonly roles: ReadonlyMap<string, number>;
  /** Seeds by slots from healing to the next final block. */
  readonly recovery: ReadonlyMap<number, number>;
  /** The same, of seeds that healed with terms of one slot. */
  readonly fromOneSlot: ReadonlyMap<number, number>;
  /** Seeds by whole terms, led well, that had begun when finality came back. */
  readonly terms: ReadonlyMap<number, number>;
  /** Changes of stake that became final. */
  readonly stakeMoves: number;
  /** Equivocations proved in final blocks, and the most blocks that one took. */
  readonly proved: number;
  readonly mostBlocks: number;
  /** Seeds by number of validators. */
  readonly validators: ReadonlyMap<number, number>;
}

export interface Tally {
  add(line: ReportLine): void;
  totals(): Totals;
}

export function createTally(): Tally {
  const seen = new Set<string>();
  const violations: ReportLine[] = [];
  const faults = new Map<string, { times: number; seeds: number }>();
  const roles = new Map<string, number>();
  const recovery = new Map<number, number>();
  const fromOneSlot = new Map<number, number>();
  const terms = new Map<number, number>();
  let [stakeMoves, proved, mostBlocks] = [0, 0, 0];
  const validators = new Map<number, number>();
  let [repeated, simulatedMs, slots, cpuMs, events, finalBlocks, byzantineSeeds] = [0, 0, 0, 0, 0, 0, 0];
  const count = <Key>(counts: Map<Key, number>, key: Key): void => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  return {
    add(line) {
      const key = lineKey(line);
      if (seen.has(key)) {
        repeated++;
        return;
      }
      seen.add(key);
      if (line.verdict === 'violation') violations.push(line);
      else {
        if (line.termAtHealing > 0) {
          count(recovery, line.recoverySlots);
          count(terms, line.recoveryTerms);
        }
        if (line.termAtHealing === 1) count(fromOneSlot, line.recoverySlots);
      }
      stakeMoves += line.stakeMoves;
      proved += line.evidence.proved;
      mostBlocks = Math.max(mostBlocks, line.evidence.mostBlocks);
      simulatedMs += line.simulatedMs;
      slots += line.simulatedMs / line.slotMs;
      cpuMs += line.cpuMs;
      events += line.events;
      finalBlocks += line.finalBlocks;
      count(validators, line.validators);
      for (const [kind, times] of Object.entries(line.faults)) {
        const fault = faults.get(kind) ?? { times: 0, seeds: 0 };
        faults.set(kind, { times: fault.times + times, seeds: fault.seeds + (times > 0 ? 1 : 0) });
      }
      if (line.roles.length > 0) byzantineSeeds++;
      for (const role of new Set(line.roles)) count(roles, role);
    },
    totals: () => ({
      seeds: seen.size,
      repeated,
      violations,
      simulatedS: simulatedMs / 1000,
      slots,
      cpuS: cpuMs / 1000,
      events,
      finalBlocks,
      faults,
      byzantineSeeds,
      roles,
      recovery,
      fromOneSlot,
      terms,
      stakeMoves,
      proved,
      mostBlocks,
      validators,
    }),
  };
}

/** The least value that at least `share` of all have not exceeded. */
export function percentile(counts: ReadonlyMap<number, number>, share: number): number {
  const values = [...counts.keys()].sort((left, right) => left - right);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let upTo = 0;
  for (const value of values) {
    upTo += counts.get(value)!;
    if (upTo >= share * all) return value;
  }
  return 0;
}

const share = (part: number, whole: number): string => `${((100 * part) / Math.max(whole, 1)).toFixed(1)} %`;
const sum = (counts: ReadonlyMap<number, number>): number => [...counts.values()].reduce((all, one) => all + one, 0);
const mean = (total: number, count: number): string => (total / Math.max(count, 1)).toFixed(1);

/** Lines for a person; the first is the summary. */
export function tableOf(totals: Totals): readonly string[] {
  const { seeds, simulatedS, slots, cpuS, recovery, violations } = totals;
  const eachCpuSecond = (count: number): string => (count / Math.max(cpuS, 1e-9)).toFixed(0);
  const faultTimes = [...totals.faults.values()].reduce((sum, { times }) => sum + times, 0);
  const rows = (cells: readonly (readonly [string, ...string[]])[]): string[] => {
    const width = Math.max(0, ...cells.map(([first]) => first.length));
    return cells.map(([first, ...rest]) => `  ${first.padEnd(width)}${rest.map((cell) => cell.padStart(12)).join('')}`);
  };
  const byCount = [...totals.validators].sort(([left], [right]) => left - right);
  const sized = (low: number, high: number): number =>
    byCount.reduce((sum, [size, count]) => sum + (size >= low && size <= high ? count : 0), 0);
  return [
    `${seeds} seeds: ${violations.length} violations; ${simulatedS.toFixed(0)} simulated seconds in ${slots.toFixed(0)} slots, ` +
      `${totals.events} events, ${totals.finalBlocks} final blocks`,
    `each second of CPU: ${eachCpuSecond(simulatedS)} simulated seconds, ${eachCpuSecond(slots)} slots, ${eachCpuSecond(totals.finalBlocks)} final blocks`,
    ...(totals.repeated > 0 ? [`${totals.repeated} lines told again of a seed that was counted`] : []),
    `a seed in the mean: ${mean(simulatedS, seeds)} simulated s, ${mean(slots, seeds)} slots, ${mean(faultTimes, seeds)} faults, ${mean(totals.finalBlocks, seeds)} final blocks`,
    `validators: 4–7 in ${share(sized(4, 7), seeds)} of the seeds, 8–13 in ${share(sized(8, 13), seeds)}, 14–31 in ${share(sized(14, 31), seeds)}`,
    `recovery in slots after healing: median ${percentile(recovery, 0.5)}, 90% ${percentile(recovery, 0.9)}, ` +
      `99% ${percentile(recovery, 0.99)}, 99.9% ${percentile(recovery, 0.999)}, most ${Math.max(0, ...recovery.keys())}`,
    `of ${sum(totals.fromOneSlot)} seeds that healed with terms of one slot: 99% ${percentile(totals.fromOneSlot, 0.99)}, most ${Math.max(0, ...totals.fromOneSlot.keys())} slots`,
    `terms led well that had begun by then: ${[...totals.terms]
      .sort(([left], [right]) => left - right)
      .map(([count, of]) => `${count} in ${of} seeds`)
      .join(', ')}`,
    `${totals.stakeMoves} changes of stake; ${totals.proved} equivocations proved in final blocks, within ${totals.mostBlocks} blocks`,
    'faults: name, times, share of seeds',
    ...rows([...totals.faults].map(([kind, of]) => [kind, String(of.times), share(of.seeds, seeds)])),
    `Byzantine validators in ${share(totals.byzantineSeeds, seeds)} of the seeds; role, seeds, share of seeds`,
    ...rows(
      [...totals.roles]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([role, count]) => [role, String(count), share(count, seeds)]),
    ),
    ...violations.flatMap(({ violation, options }) => [`violation: ${violation}`, `  ${replayCommand(options)}`]),
  ];
}
