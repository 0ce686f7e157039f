/**
 * Runs the tests of whole networks: `npm run test:network` in their short form, `npm run test:network -- --minutes M` in
 * their long one, again and again until M minutes have passed, once at least.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as forms from '../command-line/forms.js';
import { option, readCommandLine, words } from '../command-line/read-command-line.js';

const directory = fileURLToPath(new URL('.', import.meta.url));
const all = readdirSync(directory).filter((name) => /\.(network|test)\.js$/.test(name));
const { minutes, names } = readCommandLine({
  command: 'npm run test:network',
  about: 'Tests networks of real nodes over TCP: killed, cut off, attacked, slow, and new ones that join.',
  parameters: {
    names: words(
      forms.partOf(
        'test',
        all.map((name) => name.replace(/\.js$/, '')),
      ),
      'tests whose names have this in them',
      'all',
    ),
    minutes: option(
      forms.minutes(),
      'the long form of each test, again and again for so long; 0 is the short form, once',
      '0',
    ),
  },
  examples: { '--minutes 1 kills joining': 'two of them, in their long form' },
});
const files = all
  .filter((name) => names.length === 0 || names.some((part) => name.includes(part)))
  .map((name) => join(directory, name));

/** One after another: they measure time. @returns whether all passed */
function runOnce(): Promise<boolean> {
  const child = spawn(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files], {
    stdio: 'inherit',
    env: { ...process.env, SLOTLEDGER_NETWORK_MINUTES: String(minutes) },
  });
  return new Promise((resolve) => child.on('close', (code) => resolve(code === 0)));
}

const end = Date.now() + minutes * 60_000;
let passed = true;
do passed = await runOnce();
while (passed && Date.now() < end);
process.exitCode = passed ? 0 : 1;
