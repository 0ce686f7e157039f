/** A seed means the same run everywhere: trace hashes that stand in the sources, whatever the time zone and the load. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { GoldenRun } from './golden.js';
import { goldenTraces } from './golden-traces.js';

const program = fileURLToPath(new URL('./golden.js', import.meta.url));

async function run(env: NodeJS.ProcessEnv): Promise<GoldenRun> {
  const child = promisify(execFile)(process.execPath, [program], { env: { ...process.env, ...env } });
  return JSON.parse((await child).stdout) as GoldenRun;
}

const golden = goldenTraces.map(({ traceHash }) => traceHash);
const regenerate = 'what nodes do has changed; if that was intended: npm run sim:golden';

test('the golden seeds run as they always did, in two processes at once, in two time zones', async () => {
  const [east, west] = await Promise.all([
    run({ TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8' }),
    run({ TZ: 'America/St_Johns' }),
  ]);
  assert.deepEqual(east.hashes, golden, regenerate);
  assert.deepEqual(west.hashes, golden, regenerate);
  // A native addon is built for one Node; without any the same files run under all.
  assert.deepEqual(east.addons, []);
});
