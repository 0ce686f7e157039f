/** Files of newer and older versions of this program, through the real programs: what each command says of them, and leaves alone. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Database } from '../../server/storage/sqlite.js';
import { freePort } from '../free-ports.js';
import { run, temporaryHome } from './programs.js';
import { startNode } from './running-node.js';

function setVersion(file: string, version: number): void {
  const database = new Database(file);
  database.pragma(`user_version = ${version}`);
  database.close();
}

const newer = (file: string): RegExp =>
  new RegExp(
    `^error: ${file} has schema version 99, and this program knows only versions up to \\d+: run the newer version.*\\n  fix: See docs/OPERATING\\.md, updating`,
  );

/** A home whose node has run and ended, and the commands that are told about it. */
async function stoppedNode(t: TestContext) {
  const user = temporaryHome(t);
  const home = join(user, 'node');
  const node = await startNode(t, user, { args: ['--home', home] });
  node.process.kill('SIGTERM');
  assert.equal(await node.ended(), 0);
  const backup = join(user, 'copy.db');
  const server = (...words: string[]) => run('server', user, [...words, '--home', home]);
  return { user, home, node, backup, server };
}

test('what a newer version wrote is refused by every command in the same words, and left as it is', async (t) => {
  const { user, home, node, backup, server } = await stoppedNode(t);
  const start = ['start', '--p2p-port', `${node.p2pPort}`, '--http-port', new URL(node.url).port];
  const commands = {
    'ledger.db': [['verify'], ['repair'], ['backup', backup], ['export'], start],
    'mempool.db': [['repair'], start],
  };
  for (const [name, lines] of Object.entries(commands)) {
    const file = join(home, name);
    const kept = join(user, name);
    copyFileSync(file, kept);
    setVersion(file, 99);
    const before = readFileSync(file);
    for (const words of lines) {
      const { code, stderr } = await server(...words);
      assert.equal(code, 1, words[0]);
      assert.match(stderr.slice(stderr.indexOf('error: ')), newer(file), words[0]);
    }
    assert.deepEqual(readFileSync(file), before);
    copyFileSync(kept, file);
  }
});

test('a vote state of another version is not guessed at, and is left as it is', async (t) => {
  const user = temporaryHome(t);
  const home = join(user, 'node');
  const server = (...words: string[]) => run('server', user, [...words, '--home', home]);
  assert.equal((await server('init')).code, 0);
  const file = join(home, 'keys', 'vote-state.journal');
  const last = readFileSync(file, 'utf8').trimEnd().split('\n').at(-1)!;
  const text = last.slice(17).replace('"version":1', '"version":2');
  const line = `${hash('sha256', text, 'hex').slice(0, 16)} ${text}\n`;
  writeFileSync(file, line);
  const ports = [await freePort(), await freePort()];
  const { code, stderr } = await server('start', '--p2p-port', `${ports[0]}`, '--http-port', `${ports[1]}`);
  assert.equal(code, 1, stderr);
  assert.match(
    stderr,
    /vote-state\.journal has vote state version 2, and this program knows only version 1: run the version/,
  );
  assert.equal(readFileSync(file, 'utf8'), line);
});

test('of a backup that an older version made it is said who takes it and who verifies it', async (t) => {
  const { home, backup, server } = await stoppedNode(t);
  assert.equal((await server('backup', backup)).code, 0);
  setVersion(backup, 2);
  const { code, stderr } = await server('verify', backup);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /copy\.db has schema version 2, and this program writes version \d+\.\n {2}fix: `server restore` takes/,
  );
  setVersion(join(home, 'ledger.db'), 2);
  assert.match(
    (await server('verify')).stderr,
    /this program writes version \d+\.\n {2}fix: Start the node once, which/,
  );
});
