import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runningUrl } from '../../../client/keystore/running-node.js';
import { lockHome } from '../../../server/home/home-lock.js';
import { longHangGuardMs } from '../../hang-guard.js';

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-lock-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Another process that holds the lock until it is killed. */
async function holder(t: TestContext, home: string) {
  const program = fileURLToPath(new URL('./hold-lock.js', import.meta.url));
  const child = spawn(process.execPath, [program, home], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return {
    pid: child.pid!,
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

test('a second process on one home is refused and told who holds it; kill -9 leaves no lock behind', {
  timeout: longHangGuardMs,
}, async (t) => {
  const home = temporary(t);
  const other = await holder(t, home);
  assert.throws(
    () => lockHome(home),
    (error: Error & { code?: string }) => error.code === 'HOME_LOCKED' && error.message.includes(`(pid ${other.pid})`),
  );
  await other.kill();
  const lock = lockHome(home);
  assert.throws(() => lockHome(home), { code: 'HOME_LOCKED' });
  lock.release();
  lockHome(home).release();
});

test('where a node answers is known while it runs, and not after it was killed or stopped', async (t) => {
  const home = temporary(t);
  const lock = lockHome(home);
  assert.equal(runningUrl(home), undefined);
  lock.tellUrl('http://127.0.0.1:7000');
  assert.equal(runningUrl(home), 'http://127.0.0.1:7000');
  assert.throws(() => lockHome(home), { message: new RegExp(`\\(pid ${process.pid}\\) already`) });
  lock.release();
  assert.equal(runningUrl(home), undefined);
  const dead = spawn(process.execPath, ['--version']);
  await once(dead, 'exit');
  writeFileSync(join(home, 'lock.pid'), `${dead.pid}\nhttp://127.0.0.1:7000\n`);
  assert.equal(runningUrl(home), undefined);
});

test('homes do not lock each other', (t) => {
  const locks = [lockHome(temporary(t)), lockHome(temporary(t))];
  for (const lock of locks) lock.release();
});
