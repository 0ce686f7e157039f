/** A node on a terminal that takes nothing more: Ctrl-S was pressed, or a connection hangs whose shell it was started from. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClient } from '../../client/http/client.js';
import { holderFileName } from '../../client/keystore/running-node.js';
import { freePort } from '../free-ports.js';
import { hangGuardMs } from '../hang-guard.js';
import { temporaryDirectory } from '../server/nodes.js';
import { binOf, environment } from './programs.js';
import { until } from './running-node.js';

const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
const ctrlS = '\u0013';
const ctrlQ = '\u0011';

test('a terminal that is stopped does not stop the node, nor keep it from ending', {
  skip: hasScript ? false : 'it takes the terminal that script of util-linux makes',
  timeout: hangGuardMs,
}, async (t) => {
  const home = temporaryDirectory(t);
  const [p2pPort, httpPort] = [await freePort(), await freePort()];
  const flags = ['--home', home, '--p2p-port', `${p2pPort}`, '--http-port', `${httpPort}`, '--log-level', 'debug'];
  const command = `exec ${[process.execPath, binOf('server'), 'start', ...flags].map((word) => `'${word}'`).join(' ')}`;
  const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: environment(home),
    cwd: home,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => terminal.kill('SIGKILL'));
  const ended = once(terminal, 'close');
  let shown = '';
  terminal.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  await until(() => shown.includes('Ctrl-C stops it'), 'the terminal shows the banner');

  terminal.stdin.write(ctrlS);
  const client = createClient({ url: `http://127.0.0.1:${httpPort}` });
  const { accounts } = await client.genesis();
  const shop = accounts.find(({ name }) => name === 'shop')!.address;
  let payments = 0;
  const pay = async () => {
    payments += 1;
    const { id } = await client.faucet(shop, payments);
    const { receipt } = await client.waitUntilFinal(id);
    return receipt!.index;
  };
  // Each is a line of the log. When Ctrl-S has its effect cannot be seen from here.
  await until(async () => (await pay()) > 0 && payments >= 50, 'fifty payments are final');
  const before = shown.length;
  await pay();
  assert.equal(shown.length, before, 'the terminal stands still');

  terminal.stdin.write(ctrlQ);
  await until(() => /a block is final.*"index":51\b/.test(shown), 'the terminal shows what waited');
  assert.match(shown, /"index":50\b[\s\S]*"index":51\b/, 'in order');
  terminal.stdin.write(ctrlS);
  await pay();
  await pay();
  process.kill(Number(readFileSync(join(home, holderFileName), 'utf8').split('\n')[0]), 'SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});
