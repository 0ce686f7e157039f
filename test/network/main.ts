/**
 * Runs the tests of whole networks: `npm run test:network` in their short form, `npm run test:network -- --minutes M` in
 * their long one, again and again until M minutes have passed, once at least.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '0' } },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
if (!(minutes >= 0)) throw new Error('--minutes takes a number, such as --minutes 30');

const directory = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(directory)
  .filter((name) => /\.(network|test)\.js$/.test(name))
  .filter((name) => positionals.length === 0 || positionals.some((part) => name.includes(part)))
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
