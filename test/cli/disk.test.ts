/** What the disk does to a command is said in a sentence and with a code of its own; it is no bug to report. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeFailure } from '../../client/cli/failure.js';
import { createProgram } from '../../client/cli/program.js';
import { diskFailure } from '../../server/storage/disk-failure.js';
import { binOf, environment, run, temporaryHome } from './programs.js';
import { startNode, until } from './running-node.js';

interface Failed {
  readonly code: string;
  readonly detail: string;
  readonly fix: string;
}

/** Runs `server` where no file may grow beyond so many blocks of 512 bytes. @returns the error that it printed */
function limited(user: string, blocks: number, words: readonly string[]): Promise<Failed> {
  const line = `ulimit -f ${blocks}; exec "$0" "$@" --output json`;
  const options = { cwd: user, env: environment(user) };
  return new Promise((resolve) => {
    execFile('sh', ['-c', line, process.execPath, binOf('server'), ...words], options, (_error, _stdout, stderr) =>
      resolve(JSON.parse(stderr).error),
    );
  });
}

test('a draft that cannot be written whole is not there, so that the next attempt may have its name', async (t) => {
  const user = temporaryHome(t);
  const words = ['genesis', 'new', 'trade.json', '--name', 'trade'];
  const failed = await limited(user, 0, words);
  assert.deepEqual([failed.code, failed.detail], ['disk_full', 'This user may write no more.']);
  assert.equal(existsSync(join(user, 'trade.json')), false);
  const again = await run('server', user, words);
  assert.equal(again.code, 0, again.stderr);
});

test('a backup that does not fit says so, and leaves nothing', async (t) => {
  const user = temporaryHome(t);
  const home = join(user, 'node');
  const node = await startNode(t, user, { args: ['--home', home] });
  await until(() => node.output().includes('the node runs'), 'it runs');
  const failed = await limited(user, 16, ['backup', 'copy.db', '--home', home]);
  assert.equal(failed.code, 'disk_failed');
  assert.match(failed.detail, /^Cannot write the backup \S+copy\.db: the disk reported an error; /);
  assert.equal(existsSync(join(user, 'copy.db')), false);
});

test('a node that finds no room on the disk when it starts does not advise to restore anything', async (t) => {
  const user = temporaryHome(t);
  const home = join(user, 'node');
  assert.equal((await run('server', user, ['init', '--home', home])).code, 0);
  const failed = await limited(user, 32, ['start', '--home', home, '--p2p-port', '0', '--http-port', '0']);
  assert.equal(failed.code, 'ledger_not_opened', failed.detail);
  assert.match(failed.detail, /^Cannot open \S+\.db: the disk /);
  assert.match(failed.fix, /^Mend that, then start the node again/);
});

test('a directory that may not be written to, and a disk that is full, have their codes', async (t) => {
  const describe = (error: unknown) => describeFailure(error, createProgram('server', ''), []);
  const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  assert.deepEqual([describe(full).code, describe(full).detail], ['disk_full', 'The disk is full.']);
  const wrapped = describe(diskFailure('write the backup', '/b.db', full));
  assert.equal(wrapped.code, 'disk_full');
  assert.match(wrapped.detail, /^Cannot write the backup \/b\.db: the disk is full; /);
  const readOnly = Object.assign(new Error('EROFS'), { code: 'EROFS', path: '/ro/x' });
  assert.equal(describe(readOnly).code, 'no_permission');
  assert.match(describe(readOnly).detail, /\/ro\/x/);
  const user = temporaryHome(t);
  mkdirSync(join(user, 'is-a-directory'));
  const refused = await run('server', user, ['genesis', 'new', 'is-a-directory/none/x.json', '--name', 'x']);
  assert.match(refused.stderr, /^error: There is no file is-a-directory\/none\/x\.json\./);
});
