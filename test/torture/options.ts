/** The words of `npm run torture`. */
import * as forms from '../command-line/forms.js';
import { flag, option, optional, readCommandLine } from '../command-line/read-command-line.js';

const times = (what: string) => optional(forms.wholeNumber(), what);

const faults = {
  kills: times('kill -9 at a random moment'),
  'power-cuts': times('the power goes, and what was not synced is lost, torn or there'),
  'failed-writes': times('a write or a sync fails'),
  'short-writes': times('a write takes only some of its bytes'),
  'clock-steps': times('the clock is set, forwards or backwards'),
  corruptions: times('files are damaged while the node is down'),
};

export type FaultName = keyof typeof faults;
export const faultNames = Object.keys(faults) as readonly FaultName[];

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
  const given = readCommandLine({
    command: 'npm run torture',
    about:
      'Kills real nodes under a load of payments, cuts their power and fails their disks, and counts afterwards that nothing was lost. ' +
      'Takes so many of each fault, in a random order, or all of them at random for some minutes.',
    parameters: {
      ...faults,
      minutes: optional(forms.minutes(), 'all of these at random for so long', '1, unless faults are counted'),
      seed: optional(forms.seed, 'the same number draws the same faults', 'at random'),
      rate: option(forms.number(), 'payments a second', '20'),
      validators: option(forms.count, 'how many; beside a single one there is a node that follows it', '1'),
      report: optional(forms.file, 'writes the figures there as JSON'),
      loseSyncs: flag('syncs of the disks do nothing, and something has to be lost: the test of the test'),
    },
    examples: {
      '--kills 20 --power-cuts 5': 'twenty-five faults in a random order',
      '--minutes 10 --validators 4': 'four validators for ten minutes',
    },
  });
  const isCounted = faultNames.some((name) => given[name] !== undefined);
  const counts = Object.fromEntries(faultNames.map((name) => [name, given[name] ?? 0]));
  return {
    seed: given.seed ?? 1 + Math.floor(Math.random() * 1e6),
    rate: given.rate,
    validators: given.validators,
    minutes: given.minutes ?? (isCounted ? undefined : 1),
    counts: counts as Record<FaultName, number>,
    report: given.report,
    loseSyncs: given.loseSyncs,
  };
}
