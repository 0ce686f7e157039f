/** A node inside somebody else's program: what that program does wrong, or meets, is not the node's end. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Server } from '../../server/server.js';
import { binOf, environment, temporaryHome } from '../cli/programs.js';
import { until } from '../cli/running-node.js';
import { freePort } from '../free-ports.js';
import { hangGuardMs } from '../hang-guard.js';
import { startServer, temporaryDirectory } from './nodes.js';

const moduleAt = (path: string): string => JSON.stringify(new URL(path, import.meta.url));
const localPeers = { enableP2P: true, listenAddr: '127.0.0.1', p2pPort: 0 };

/** Runs a module of its own process. @returns what it printed; rejects where it ends with another code than 0 */
async function runProgram(text: string): Promise<string> {
  const args = [
    '--input-type=module',
    '--eval',
    `import { Server } from ${moduleAt('../../server/index.js')};\n${text}`,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: hangGuardMs });
  return stdout;
}

test('who calls stop() while a stop is under way waits for its end', async (t) => {
  const home = temporaryDirectory(t);
  const server = new Server({ home, logLevel: 'silent' });
  await server.start(0);
  const first = server.stop();
  await server.stop();
  const left = readdirSync(home).filter((name) => name.endsWith('.pid'));
  assert.deepEqual(left, [], 'the home is free');
  await first;
  await server.stop();
});

test('runUntilSignal ends with a stop() that the program asks for itself, and leaves its signals alone', async () => {
  const printed = await runProgram(`
    const server = new Server({ http: false });
    await server.start();
    setTimeout(() => server.stop(), 1);
    await server.runUntilSignal();
    console.log(server.isRunning(), process.listenerCount('SIGINT'), process.listenerCount('SIGTERM'));
  `);
  assert.equal(printed, 'false 0 0\n');
});

test('a listener that throws takes nothing from the node: what it threw reaches the program, and the chain goes on', async () => {
  const printed = await runProgram(`
    let thrown = 0;
    process.on('uncaughtException', () => { thrown += 1; });
    const server = new Server({ http: false, slotDurationMs: 250 });
    await server.start();
    for (const name of ['slot', 'final']) server.on(name, () => { throw new Error(name); });
    const heard = () => new Promise((resolve) => server.once('slot', resolve));
    const treasuryBefore = server.getBalance('treasury');
    while (server.getBlockCount() < 3) {
      const before = thrown;
      await server.api.faucet(server.addressOf('shop'), 1000);
      // Over the beginning of a slot, at which its listener throws.
      while (thrown < before + 2) await new Promise((resolve) => setImmediate(resolve));
    }
    console.log(server.getBlockCount(), thrown >= 4, server.getBalance('treasury') < treasuryBefore);
    await server.stop();
  `);
  assert.match(printed, /^\d+ true true\n$/);
});

test('a node that is stopped while it opens its keys to bond its stake does not end the program', async (t) => {
  const first = await startServer(t, { home: temporaryDirectory(t), slotDurationMs: 250 }, localPeers);
  const home = temporaryDirectory(t);
  const network = { ...localPeers, nodeId: 'joining', bootstrapPeers: [`127.0.0.1:${first.p2pPort}`] };
  const printed = await runProgram(`
    import { sealKeys } from ${moduleAt('../../server/home/key-files.js')};
    const keyPassword = 'correct horse battery staple';
    const home = ${JSON.stringify(home)};
    async function start(options) {
      const server = new Server({ home, logLevel: 'silent', ...options });
      server.registerStakeholder('joining', 1500);
      await server.start(0, ${JSON.stringify(network)});
      return server;
    }
    await (await start({})).stop();
    await sealKeys(home + '/keys', keyPassword, () => {});
    const server = await start({ keyPassword });
    await new Promise((resolve) => server.once('slot', resolve));
    await server.stop();
    console.log('stopped');
  `);
  assert.equal(printed, 'stopped\n');
});

test('a log that cannot be written, such as on a full disk, costs lines and not the node', async (t) => {
  const user = temporaryHome(t);
  const full = openSync('/dev/full', 'w');
  const port = await freePort();
  const args = [binOf('server'), 'start', '--home', join(user, 'node'), '--http-port', `${port}`];
  args.push('--p2p-port', `${await freePort()}`, '--log-level', 'debug');
  const node = spawn(process.execPath, args, { env: environment(user), cwd: user, stdio: ['ignore', full, 'pipe'] });
  t.after(() => node.kill('SIGKILL'));
  let told = '';
  node.stderr!.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  await until(() => told.includes('Ctrl-C stops it'), 'it runs');
  const slotOf = async (): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/status`, { signal: AbortSignal.timeout(hangGuardMs) });
    return ((await answer.json()) as { slot: number }).slot;
  };
  const before = await slotOf();
  await until(async () => (await slotOf()) > before, 'its slots go on');
  node.kill('SIGTERM');
  const [code] = await once(node, 'exit');
  assert.equal(code, 0, told);
  assert.doesNotMatch(told, /ENOSPC/);
});
