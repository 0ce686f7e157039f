/**
 * `npm run bench:compare`: slotledger beside what people would use instead, one after the other on this machine in one
 * run. What is not installed is left out and said.
 */
import * as forms from '../../command-line/forms.js';
import { option, optional, readCommandLine } from '../../command-line/read-command-line.js';
import { describeEnvironment, loadLine } from '../environment.js';
import { format } from '../figures.js';
import { etcd } from './etcd.js';
import { ethereumNodes } from './ethereum.js';
import { postgres } from './postgres.js';
import { NotHere, type Rival, type RivalFigures } from './rival.js';
import { slotledger } from './slotledger.js';

const rivals: readonly Rival[] = [slotledger(1), slotledger(4), postgres, etcd(1), etcd(3), ...ethereumNodes];
const names = rivals.map(({ name }) => name);
const options = readCommandLine({
  command: 'npm run bench:compare',
  about:
    'Measures slotledger beside what people would use instead, one after the other on this machine. ' +
    'What is not installed is left out, with a word on how to get it.',
  parameters: {
    seconds: option(forms.seconds({ above: 0, most: 600 }), 'how long each of two measurements takes', '10'),
    only: optional(forms.partOf('name', names), 'those whose names have this in them', 'all'),
    tools: option(forms.directory, 'where npm has put the programs to compare with', 'compare-tools'),
  },
  examples: { '--seconds 2 --only etcd': 'etcd alone, with one node and with three' },
});
const chosen = rivals.filter(({ name }) => name.includes(options.only ?? ''));
console.log(`${describeEnvironment()}\n`);

const measured: { rival: Rival; figures: RivalFigures }[] = [];
for (const rival of chosen) {
  try {
    measured.push({ rival, figures: await rival.measure(options.seconds, options.tools) });
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
