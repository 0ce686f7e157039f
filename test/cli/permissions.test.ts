/** Files of a home that the node's user may not use: one sentence with what to do, before anything is written. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mereUser, run, temporaryHome } from './programs.js';

/** What is forbidden, and what is said of it. */
const cases: readonly (readonly [what: string, mode: number, verb: string])[] = [
  ['ledger.db', 0o444, 'write'],
  ['mempool.db', 0o444, 'write'],
  ['keys/vote-state.journal', 0o444, 'write'],
  ['keys/vote-state.journal', 0o000, 'write'],
  ['keys/validator-key.json', 0o000, 'open'],
  ['keys', 0o500, 'write in'],
  ['lock.db', 0o444, 'write'],
  ['lock.pid', 0o444, 'write'],
  ['.', 0o500, 'write in'],
];

test('a node that may not use its own files says which, and leaves the home as it was', async (t) => {
  const user = temporaryHome(t);
  if (mereUser !== undefined) chownSync(user, mereUser.uid, mereUser.gid);
  const as = mereUser === undefined ? {} : { as: mereUser };
  const home = join(user, 'node');
  const start = ['start', '--home', home, '--p2p-port', '0', '--http-port', '0', '--output', 'json'];
  const began = await run('server', user, ['init', '--home', home], as);
  assert.equal(began.code, 0, began.stderr);
  // As a process leaves them that was killed.
  for (const name of ['ledger.db', 'mempool.db', 'lock.pid']) {
    writeFileSync(join(home, name), '');
    if (mereUser !== undefined) chownSync(join(home, name), mereUser.uid, mereUser.gid);
  }
  for (const [what, mode, verb] of cases) {
    const path = join(home, what);
    const { mode: before } = statSync(path);
    const files = readdirSync(home, { recursive: true });
    chmodSync(path, mode);
    const refused = await run('server', user, start, as);
    chmodSync(path, before);
    assert.equal(refused.code, 1, `${what}: ${refused.stdout} ${refused.stderr}`);
    const { code, detail, fix } = JSON.parse(refused.stderr).error;
    const place = what === '.' ? home : path;
    assert.deepEqual([code, detail], ['no_permission', `This user may not ${verb} ${place}.`]);
    assert.match(fix, /owner and permissions with `ls -ld/);
    assert.deepEqual(readdirSync(home, { recursive: true }), files, what);
  }
});
