/** What a run of torture says in the end, for people and as JSON. */
import type { FaultName } from './options.js';

export interface TortureReport {
  readonly seed: number;
  readonly validators: number;
  readonly minutes: number;
  readonly tried: Readonly<Partial<Record<FaultName, number>>>;
  /** What the faults met, such as `writes_at_risk`. */
  readonly met: Readonly<Record<string, number>>;
  readonly payments: { readonly acknowledged: number; readonly per_second: number };
  readonly restart_ms: { readonly median: number; readonly most: number };
  readonly blocks: number;
  readonly signatures_seen: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly wrong_answers: readonly string[];
  readonly double_signs: readonly string[];
  /** What `server verify` found, by node. */
  readonly verify: readonly string[];
}

const shown = 5;

export const isGood = (report: TortureReport): boolean =>
  report.payments.acknowledged > 0 &&
  report.signatures_seen > 0 &&
  [report.lost, report.doubled, report.wrong_answers, report.double_signs, report.verify].every(
    (list) => list.length === 0,
  );

export function reportText(report: TortureReport): string {
  const { tried, met, payments, restart_ms: restart } = report;
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, count]) => `${count} ${name.replaceAll(/[-_]/g, ' ')}`)
      .join(', ');
  const examples = (what: string, list: readonly string[]): string[] => [
    `${list.length} ${what}`,
    ...list.slice(0, shown).map((one) => `  ${one.slice(0, 2_000)}`),
  ];
  return [
    `seed ${report.seed}, ${report.validators} validators, ${report.minutes.toFixed(1)} minutes`,
    `tried: ${counts(tried)}`,
    `met: ${counts(met)}`,
    `restart to answering: median ${restart.median.toFixed(0)} ms, most ${restart.most.toFixed(0)} ms`,
    `${payments.acknowledged} payments acknowledged, ${payments.per_second.toFixed(1)} a second; ${report.blocks} blocks`,
    ...examples('lost', report.lost),
    ...examples('doubled', report.doubled),
    ...examples('wrong answers', report.wrong_answers),
    ...examples(`double signs in ${report.signatures_seen} signatures seen`, report.double_signs),
    ...examples('nodes whose ledger does not verify', report.verify),
  ].join('\n');
}
