/**
 * `npm run bench:compare -- [--seconds 10] [--only <words>] [--tools <directory>]`: slotledger beside what
 * people would use instead, one after the other on this machine in one run. What is not installed is left out and said.
 */
import { parseArgs } from 'node:util';
import { describeEnvironment, loadLine } from '../environment.js';
import { format } from '../figures.js';
import { etcd } from './etcd.js';
import { ethereumNodes } from './ethereum.js';
import { postgres } from './postgres.js';
import { NotHere, type Rival, type RivalFigures } from './rival.js';
import { slotledger } from './slotledger.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    only: { type: 'string', default: '' },
    tools: { type: 'string', default: 'compare-tools' },
  },
});
const seconds = Number(values.seconds);
if (!(seconds > 0 && seconds <= 600)) {
  console.error('--seconds is above 0 and at most 600.');
  process.exit(2);
}

const rivals: readonly Rival[] = [slotledger(1), slotledger(4), postgres, etcd(1), etcd(3), ...ethereumNodes];
const chosen = rivals.filter(({ name }) => name.includes(values.only));
console.log(`${describeEnvironment()}\n`);

const measured: { rival: Rival; figures: RivalFigures }[] = [];
for (const rival of chosen) {
  try {
    measured.push({ rival, figures: await rival.measure(seconds, values.tools) });
    console.log(`${rival.name}: done; ${loadLine()}`);
  } catch (error) {
    console.log(`${rival.name}: not measured; ${(error as Error).message}`);
    if (!(error instanceof NotHere)) process.exitCode = 1;
  }
}

const first = measured[0];
if (first !== undefined) console.log(`\n${markdown(measured, first.figures)}`);

/** The table of docs/PERFORMANCE.md. */
function markdown(rows: readonly { rival: Rival; figures: RivalFigures }[], base: RivalFigures): string {
  const head = ['what', 'a write', 'writes a second', 'ratio', 'clients', 'alone, p50', 'p99', 'once acknowledged'];
  const lines = rows.map(({ rival, figures }) => [
    `${rival.name} (${figures.version})`,
    rival.write,
    format(figures.perSecond),
    `${format(figures.perSecond / base.perSecond)}`,
    figures.clients,
    `${format(figures.p50Ms)} ms`,
    `${format(figures.p99Ms)} ms`,
    rival.promise,
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
