/**
 * `npm run bench`: figures of real nodes on this machine. A part whose payments are not all final exactly once, or whose
 * supply changed, is no result, and the program ends with 1.
 */
import { availableParallelism } from 'node:os';
import { defaultHttpLimits, mostListeners } from '../../server/http/limits.js';
import * as forms from '../command-line/forms.js';
import { option, optional, readCommandLine } from '../command-line/read-command-line.js';
import { measureAtRate } from './at-rate.js';
import { measureCeilings } from './ceilings.js';
import { describeEnvironment, loadLine } from './environment.js';
import { format, table } from './figures.js';
import { measureGrowth } from './growth.js';
import { measureLarge } from './large/measure-large.js';
import { measureLatency } from './latency.js';
import { measureListeners } from './listeners/measure-listeners.js';
import type { Door } from './load.js';
import type { Measurement } from './measurement.js';
import { measureMemory } from './memory.js';
import { measureThroughput } from './throughput.js';

/** What each part measures. Most are called so when they are printed; others have numbers in their titles. */
const titles = {
  latency: 'one validator, one payment at a time',
  throughput: 'one validator, as fast as it can',
  outputs: 'one validator, 100 payments under each signature',
  latency4: 'four validators on this machine, one payment at a time',
  throughput4: 'four validators on this machine',
  rate4: 'four validators, at a fixed rate',
  dead4: 'three of four validators, one is dead',
  memory: 'one validator, what it keeps resident when it is busy',
  growth: 'one validator at a fixed rate, whether its memory grows',
  rateDead4: 'three of four validators, at a fixed rate',
  large: 'one validator with a long history and many accounts',
  listeners: 'one validator at a fixed rate, with many event streams',
} as const;
const partNames = Object.keys(titles) as (keyof typeof titles)[];
const options = readCommandLine({
  command: 'npm run bench',
  about:
    'Measures real nodes on this machine: latency, throughput, memory, beside the ceiling that the steps of a payment add up to. ' +
    'Afterwards it counts that every payment is final exactly once; docs/PERFORMANCE.md says what the figures mean.',
  parameters: {
    seconds: option(forms.seconds({ above: 0, most: 3600 }), 'how long each part measures', '10'),
    only: optional(forms.listOf(forms.oneOfThese('part', titles)), 'these parts, in this order', 'all'),
    door: option(
      forms.oneOf('door', ['lists', 'lines'] satisfies readonly Door[]),
      'payments come in lists, a request each, or as lines in one request',
      'lists',
    ),
    rate: option(forms.number({ above: 0 }), 'payments a second in rate4, rateDead4, growth and listeners', '200'),
    batch: option(
      forms.wholeNumber({ least: 1, most: defaultHttpLimits.maxBatch }),
      'payments a request in rate4 and rateDead4',
      '1',
    ),
    warmUp: optional(
      forms.seconds({ most: 3600 }),
      'how long latency, latency4, rate4 and rateDead4 run before they measure',
      'as --seconds, 20 at most',
    ),
    listeners: option(forms.wholeNumber({ least: 1, most: mostListeners }), 'event streams in listeners', '1000'),
    largeHome: optional(
      forms.directory,
      'keeps the home of large there: made once, used again',
      'a small one, not kept',
    ),
    transactions: optional(forms.count, 'payments in the home of large', '4000, or 10000000 in a home that is kept'),
    accounts: optional(forms.count, 'accounts in the home of large', '2000, or 1000000 in a home that is kept'),
    profile: optional(forms.directory, 'keeps a CPU profile of the first node of each part there'),
  },
  examples: {
    '--seconds 2': 'the short form, a minute or two',
    '--only throughput --door lines': 'one part, payments handed in as lines of JSON',
    '--only rate4,rateDead4 --rate 1000 --batch 20': 'four validators at a fixed rate, all up and one of them dead',
  },
});
const { rate, batch } = options;
/** Four nodes that share two CPUs need some tens of seconds until their code is compiled. */
const warmUpSeconds = options.warmUp ?? Math.min(options.seconds, 20);

/** Small unless a home is named to keep it in. */
const isKept = options.largeHome !== undefined;
const largePlan = {
  directory: options.largeHome,
  transactions: options.transactions ?? (isKept ? 10_000_000 : 4000),
  accounts: options.accounts ?? (isKept ? 1_000_000 : 2000),
};

const common = { seconds: options.seconds, profileTo: options.profile, door: options.door };
const single = { ...common, outputs: 1, batch: 100, signedPerSecond: 20_000 };
const four = { ...single, validators: 4, signedPerSecond: 6000 };
const parts: Readonly<Record<keyof typeof titles, () => Promise<Measurement>>> = {
  latency: () => measureLatency(titles.latency, { ...common, warmUpSeconds, validators: 1 }),
  throughput: () => measureThroughput(titles.throughput, { ...single, validators: 1 }),
  outputs: () =>
    measureThroughput(titles.outputs, {
      ...common,
      validators: 1,
      outputs: 100,
      batch: 20,
      signedPerSecond: 1000,
    }),
  latency4: () => measureLatency(titles.latency4, { ...common, warmUpSeconds, validators: 4 }),
  throughput4: () => measureThroughput(titles.throughput4, { ...four }),
  rate4: () => atRate(titles.rate4, {}),
  dead4: () => measureThroughput(titles.dead4, { ...four, oneDead: true }),
  memory: () => measureMemory(options.seconds),
  growth: () =>
    measureGrowth(`one validator, ${rate} payments a second`, { seconds: options.seconds, perSecond: rate }),
  rateDead4: () => atRate(titles.rateDead4, { oneDead: true }),
  large: () => measureLarge(titles.large, { ...common, ...largePlan }),
  listeners: () =>
    measureListeners(`one validator, ${options.listeners} event streams beside ${rate} payments a second`, {
      ...common,
      listeners: options.listeners,
      perSecond: rate,
    }),
};

function atRate(name: string, more: { readonly oneDead?: boolean }): Promise<Measurement> {
  const title = `${name} of ${rate} a second, ${batch} in a request, after ${warmUpSeconds} s`;
  return measureAtRate(title, { ...common, validators: 4, perSecond: rate, batch, warmUpSeconds, ...more });
}

console.log(describeEnvironment());
const ceilings = await measureCeilings();
const rows = ceilings.map(({ step, perSecond }) => [step, `${format(perSecond)} a second`, alone(perSecond)]);
console.log(`\nceilings: each step alone on one thread, a transfer with one output\n${table(rows)}\n  ${loadLine()}`);
for (const name of options.only ?? partNames) {
  const { name: title, rows, faults, perSecond, nodes } = await parts[name]();
  console.log(`\n${name}: ${title} (${options.seconds} s)\n${table(rows)}`);
  // Ceilings are for one output a transaction.
  if (perSecond !== undefined && name !== 'outputs') console.log(`  ${besideCeiling(perSecond, nodes ?? 1)}`);
  console.log(`  ${loadLine()}`);
  for (const fault of faults) console.log(`  NO RESULT: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

function alone(perSecond: number): string {
  return `${format(1_000_000 / perSecond)} µs each`;
}

/** What the steps add up to, on all CPUs, done by each of so many nodes that share them. */
function besideCeiling(perSecond: number, nodes: number): string {
  const cpus = availableParallelism();
  const seconds = ceilings.reduce((sum, one) => sum + 1 / one.perSecond, 0);
  const ceiling = cpus / seconds / nodes;
  const shared = nodes === 1 ? '' : `, shared by ${nodes} nodes`;
  return (
    `the ceiling: ${format(ceiling)} a second, ${format(1_000_000 * seconds)} µs for all steps on ${cpus} CPUs${shared}; ` +
    `reached: ${format((100 * perSecond) / ceiling)} %`
  );
}
