/**
 * `npm run bench -- [--seconds 10] [--only <part>,…] [--rate 200] [--door lists|lines] [--profile <directory>]
 * [--large-home <directory>] [--transactions 4000] [--accounts 2000] [--listeners 1000]`: figures of real nodes on this machine;
 * `--profile` keeps a CPU profile of the first node of each throughput part. A part whose payments are
 * not all final exactly once, or whose supply changed, is no result, and the program ends with 1.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
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

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    door: { type: 'string', default: 'lists' },
    only: { type: 'string', default: '' },
    profile: { type: 'string' },
    rate: { type: 'string', default: '200' },
    batch: { type: 'string', default: '1' },
    'warm-up': { type: 'string' },
    'large-home': { type: 'string' },
    transactions: { type: 'string' },
    accounts: { type: 'string' },
    listeners: { type: 'string', default: '1000' },
  },
});
const seconds = Number(values.seconds);
/** Four nodes that share two CPUs need some tens of seconds until their code is compiled. */
const warmUpSeconds = Number(values['warm-up'] ?? Math.min(seconds, 20));
const batch = Number(values.batch);

/** Small unless a home is named to keep it in. */
const isKept = values['large-home'] !== undefined;
const largePlan = {
  directory: values['large-home'],
  transactions: Number(values.transactions ?? (isKept ? 10_000_000 : 4000)),
  accounts: Number(values.accounts ?? (isKept ? 1_000_000 : 2000)),
};

const doors: readonly (string | undefined)[] = ['lists', 'lines'] satisfies readonly Door[];
const common = { seconds, profileTo: values.profile, door: values.door as Door };
const single = { ...common, outputs: 1, batch: 100, signedPerSecond: 20_000 };
const four = { ...single, validators: 4, signedPerSecond: 6000 };
const parts: Readonly<Record<string, () => Promise<Measurement>>> = {
  latency: () => measureLatency('one validator, one payment at a time', 1, seconds, values.profile),
  throughput: () => measureThroughput('one validator, as fast as it can', { ...single, validators: 1 }),
  outputs: () =>
    measureThroughput('one validator, 100 payments under each signature', {
      ...common,
      validators: 1,
      outputs: 100,
      batch: 20,
      signedPerSecond: 1000,
    }),
  latency4: () => measureLatency('four validators on this machine, one payment at a time', 4, seconds, values.profile),
  throughput4: () => measureThroughput('four validators on this machine', { ...four }),
  rate4: () => atRate('four validators, at a fixed rate', {}),
  dead4: () => measureThroughput('three of four validators, one is dead', { ...four, oneDead: true }),
  memory: () => measureMemory(seconds),
  growth: () =>
    measureGrowth(`one validator, ${values.rate} payments a second`, { seconds, perSecond: Number(values.rate) }),
  rateDead4: () => atRate('three of four validators, at a fixed rate', { oneDead: true }),
  large: () => measureLarge('one validator with a long history and many accounts', { ...common, ...largePlan }),
  listeners: () =>
    measureListeners(`one validator, ${values.listeners} event streams beside ${values.rate} payments a second`, {
      ...common,
      listeners: Number(values.listeners),
      perSecond: Number(values.rate),
    }),
};

function atRate(name: string, more: { readonly oneDead?: boolean }): Promise<Measurement> {
  const perSecond = Number(values.rate);
  const title = `${name} of ${perSecond} a second, ${batch} in a request, after ${warmUpSeconds} s`;
  return measureAtRate(title, { ...common, validators: 4, perSecond, batch, warmUpSeconds, ...more });
}

const chosen = values.only === '' ? Object.keys(parts) : values.only.split(',');
const unknown = chosen.filter((name) => parts[name] === undefined);
const counts = [batch, Number(values.listeners), largePlan.transactions, largePlan.accounts];
const areCounts = counts.every((count) => Number.isInteger(count) && count >= 1 && count <= 20_000_000);
if (
  !(seconds > 0 && seconds <= 3600) ||
  !(warmUpSeconds >= 0 && warmUpSeconds <= 3600) ||
  unknown.length > 0 ||
  !areCounts ||
  !doors.includes(values.door)
) {
  console.error(
    `--seconds is above 0 and at most 3600, --warm-up 0 to 3600; --only takes ${Object.keys(parts).join(',')}; --door is lists or lines; other numbers are whole.`,
  );
  process.exit(2);
}

console.log(describeEnvironment());
const ceilings = await measureCeilings();
const rows = ceilings.map(({ step, perSecond }) => [step, `${format(perSecond)} a second`, alone(perSecond)]);
console.log(`\nceilings: each step alone on one thread, a transfer with one output\n${table(rows)}\n  ${loadLine()}`);
for (const name of chosen) {
  const { name: title, rows, faults, perSecond, nodes } = await parts[name]!();
  console.log(`\n${name}: ${title} (${seconds} s)\n${table(rows)}`);
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
