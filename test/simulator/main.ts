/** `npm run sim`: runs seeds within a budget, reports, and prints the one command that replays a failure. */
import { parseArgs } from 'node:util';
import { roles } from './cast/cast.js';
import { faultKinds } from './faults.js';
import { type RunReport, runSeed } from './run.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string' },
    nodes: { type: 'string' },
    budget: { type: 'string' },
    chaos: { type: 'string', default: '600s' },
    trace: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const seconds = (text: string): number => {
  const match = /^(\d+)s?$/.exec(text);
  if (match === null) throw new Error(`${text} is not a number of seconds, such as 60s`);
  return Number(match[1]);
};

const first = Number(values.seed ?? values.from ?? 1 + (Date.now() % 1_000_000_000));
const count = values.seed === undefined ? Number(values.seeds ?? 10) : 1;
const budgetMs = values.budget === undefined ? Number.POSITIVE_INFINITY : seconds(values.budget) * 1000;
const chaosMs = seconds(values.chaos) * 1000;
const started = performance.now();
const reports: RunReport[] = [];

for (let at = 0; at < count && performance.now() - started < budgetMs; at++) {
  const report = runSeed({
    seed: first + at,
    chaosMs,
    ...(values.nodes === undefined ? {} : { nodes: Number(values.nodes) }),
    ...(values.trace ? { trace: (line: string) => console.log(line) } : {}),
  });
  reports.push(report);
  if (values.json) console.log(JSON.stringify(report));
  if (report.verdict === 'violation') {
    console.log(`seed ${report.seed}: ${report.violation}`);
    const nodes = values.nodes === undefined ? '' : ` --nodes ${values.nodes}`;
    console.log(`replay: npm run sim -- --seed ${report.seed} --chaos ${values.chaos}${nodes} --trace`);
  }
}

const wall = (performance.now() - started) / 1000;
const total = (of: (report: RunReport) => number): number => reports.reduce((sum, report) => sum + of(report), 0);
const failed = reports.filter(({ verdict }) => verdict === 'violation').length;
const recovery = reports.map(({ recoverySlots }) => recoverySlots).sort((left, right) => left - right);
const at = (share: number): number => recovery[Math.min(recovery.length - 1, Math.floor(recovery.length * share))] ?? 0;
const simulated = total(({ simulatedMs }) => simulatedMs) / 1000;
console.log(
  `${reports.length} seeds from ${first}: ${failed} violations; ${simulated.toFixed(0)} simulated seconds, ` +
    `${(simulated / wall).toFixed(0)} a second; ${total(({ events }) => events)} events, ` +
    `${total(({ finalBlocks }) => finalBlocks)} final blocks`,
);
console.log(`recovery in slots: median ${at(0.5)}, 99% ${at(0.99)}, most ${recovery.at(-1) ?? 0}`);
console.log(`faults: ${faultKinds.map((kind) => `${kind} ${total(({ faults }) => faults[kind])}`).join(', ')}`);
const byzantine = reports.filter((report) => report.roles.length > 0).length;
const seedsOf = (role: (typeof roles)[number]): number =>
  reports.filter((report) => report.roles.includes(role)).length;
console.log(
  `Byzantine: ${byzantine} of ${reports.length} seeds: ${roles.map((role) => `${role} ${seedsOf(role)}`).join(', ')}`,
);
process.exitCode = failed > 0 ? 1 : 0;
