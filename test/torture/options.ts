/** The words of `npm run torture`. */
import { parseArgs } from 'node:util';

export const faultNames = [
  'kills',
  'power-cuts',
  'failed-writes',
  'short-writes',
  'clock-steps',
  'corruptions',
] as const;
export type FaultName = (typeof faultNames)[number];

export interface TortureOptions {
  readonly seed: number;
  /** Payments a second. */
  readonly rate: number;
  readonly validators: number;
  /** Faults at random for so long; absent: `counts` of each, in a random order. */
  readonly minutes: number | undefined;
  readonly counts: Readonly<Record<FaultName, number>>;
  /** A file for the report in JSON. */
  readonly report: string | undefined;
  /** Where the disks' syncs do nothing, something has to be lost: the test of the test. */
  readonly loseSyncs: boolean;
}

export function readOptions(): TortureOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: `${1 + Math.floor(Math.random() * 1e6)}` },
      rate: { type: 'string', default: '20' },
      validators: { type: 'string', default: '1' },
      minutes: text,
      report: text,
      'lose-syncs': { type: 'boolean', default: false },
      ...(Object.fromEntries(faultNames.map((name) => [name, text])) as Record<FaultName, typeof text>),
    },
  });
  const given = faultNames.some((name) => values[name] !== undefined);
  const counts = Object.fromEntries(faultNames.map((name) => [name, Number(values[name] ?? 0)]));
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  return {
    seed: Number(values.seed),
    rate: Number(values.rate),
    validators: Number(values.validators),
    minutes: minutes ?? (given ? undefined : 1),
    counts: counts as Record<FaultName, number>,
    report: values.report,
    loseSyncs: values['lose-syncs'],
  };
}
