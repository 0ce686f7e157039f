/** The results as a table that a person reads, and as JSON that a program does. */
import type { Verdict } from './judges.js';
import type { Mutant } from './mutant.js';

export interface Result {
  readonly mutant: Mutant;
  /** In the order of the judges; the first one killed it. */
  readonly verdicts: readonly Verdict[];
  readonly seconds: number;
}

function killedBy({ verdicts }: Result): string {
  const first = verdicts[0];
  if (first === undefined) return 'SURVIVED';
  const { judge, seed, seconds, detail } = first;
  return `${judge}${seed === undefined ? '' : ` seed ${seed}`} after ${seconds} s: ${detail}`;
}

export const rowOf = (result: Result): string =>
  `${result.mutant.name.padEnd(30)} ${`[${result.mutant.rule}]`.padEnd(24)} ${killedBy(result)}`;

export function summaryOf(results: readonly Result[]): string {
  const by = (judge: Verdict['judge']): number => results.filter(({ verdicts }) => verdicts[0]?.judge === judge).length;
  const survivors = results.filter(({ verdicts }) => verdicts.length === 0);
  const rules = new Set(results.map(({ mutant }) => mutant.rule)).size;
  return (
    `${results.length} mutants of ${rules} rules: ${by('simulation')} killed by simulation alone, ` +
    `${by('twins')} more by twins, ${by('tests')} more by tests; ${survivors.length} survived` +
    (survivors.length === 0 ? '' : `: ${survivors.map(({ mutant }) => mutant.name).join(', ')}`)
  );
}

export function jsonOf(results: readonly Result[], wallSeconds: number, budget: number): string {
  const rows = results.map(({ mutant: { name, rule, why }, verdicts, seconds }) => ({
    name,
    rule,
    why,
    seconds,
    killed_by: verdicts[0]?.judge ?? null,
    verdicts,
  }));
  return `${JSON.stringify({ budget_seconds: budget, wall_seconds: Math.round(wallSeconds), mutants: rows }, null, 2)}\n`;
}
