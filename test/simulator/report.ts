/** `npm run sim:report`: what the runs that wrote files (`npm run sim -- --out FILE`) come to, by commit. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as forms from '../command-line/forms.js';
import { readCommandLine, words } from '../command-line/read-command-line.js';
import { parseReportLine } from './report-line.js';
import { createTally, type Tally, tableOf } from './totals.js';

const { files } = readCommandLine({
  command: 'npm run sim:report',
  about:
    'Adds up what runs of the simulator have written, by commit. A seed that is there twice counts once for each commit.',
  parameters: { files: words(forms.existingFile, 'what `npm run sim -- --out <file>` has written') },
});
const tallies = new Map<string, Tally>();
let unreadable = 0;
for (const file of files) {
  for await (const text of createInterface({ input: createReadStream(file) })) {
    if (text.trim() === '') continue;
    const line = parseReportLine(text);
    if (line === undefined) {
      unreadable++;
      continue;
    }
    const commit = line.commit ?? 'unknown';
    const tally = tallies.get(commit) ?? createTally();
    tallies.set(commit, tally);
    tally.add(line);
  }
}
let failed = 0;
for (const [commit, tally] of tallies) {
  const totals = tally.totals();
  failed += totals.violations.length;
  console.log(`commit ${commit}`);
  for (const line of tableOf(totals)) console.log(line);
  console.log('');
}
if (unreadable > 0) console.log(`${unreadable} lines are no reports, such as one cut off when its run was ended.`);
process.exitCode = failed > 0 ? 1 : 0;
