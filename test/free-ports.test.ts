/** No port is given to two tests, whether they run in one process or side by side. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { freePort, freePortRun } from './free-ports.js';

/** More than a block has, so that a second one is begun. */
const asked = 60;

const portsOfAnother = async (): Promise<readonly number[]> => {
  const module = new URL('free-ports.js', import.meta.url).href;
  // It would begin with the block that this process has.
  const program = `Object.defineProperty(process, 'pid', { value: ${process.pid} });
    const { freePort } = await import('${module}');
    console.log(JSON.stringify(await Promise.all(Array.from({ length: ${asked} }, freePort))));`;
  const words = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  return JSON.parse(stdout);
};

test('ports that are asked for at one time differ, also between processes', async () => {
  const before = await freePort();
  const own = await Promise.all(Array.from({ length: asked }, () => freePortRun(2)));
  const all = [before, ...own.flatMap((first) => [first, first + 1]), ...(await portsOfAnother())];
  assert.equal(new Set(all).size, 3 * asked + 1);
});

test('a run of ports leaves out one that is taken', async (t) => {
  const first = await freePort();
  const taken = createServer();
  t.after(() => taken.close());
  await new Promise<void>((resolve) => taken.listen(first + 2, resolve));
  const run = await freePortRun(3);
  assert.ok(run > first + 2 || run + 2 < first, `${run} after ${first}`);
});
