/** The commands of docs/OPERATING.md, new keys and leaving, as they stand there, on a running chain. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { createClient } from '../../client/http/client.js';
import { Server } from '../../server/server.js';
import { binOf, environment, temporaryHome } from '../cli/programs.js';
import { until } from '../cli/running-node.js';
import { freePort } from '../free-ports.js';
import { hangGuardMs } from '../hang-guard.js';
import { snippetsOf } from './snippets.js';

const block = snippetsOf('docs/OPERATING.md').find(({ text }) => text.startsWith('wallet unstake acme'));

test('keys are replaced as the page says: the stake is paid out, and the new keys take part', async (t) => {
  const user = temporaryHome(t);
  const p2pPort = await freePort();
  const server = new Server({ home: join(user, 'node'), slotDurationMs: 250, slotsPerEpoch: 2, logLevel: 'silent' });
  await server.start(0, { enableP2P: true, listenAddr: '127.0.0.1', p2pPort });
  t.after(() => server.stop());
  const url = `http://127.0.0.1:${server.httpPort}`;
  const { hash } = (await createClient({ url }).block(0)).block;
  const { home, shell } = operator(user, url);
  await shell(`wallet new acme
    wallet send treasury acme 110
    server keygen --home ${home}
    wallet stake acme 100 --validator-home ${home}`);

  const lines = block!.text
    .replaceAll('/var/lib/slotledger-2', `${home}-2`)
    .replace('node.example.org:9000', `127.0.0.1:${p2pPort}`)
    .replace('0x…', hash)
    .replaceAll('100000', '100')
    .replaceAll('100100', '101')
    .trim()
    .split('\n');
  assert.equal(lines.length, 7);
  for (const line of lines) {
    if (line.startsWith('server start')) startNode(t, user, line);
    else if (!line.startsWith('wallet balance')) await shell(line);
    else await until(async () => !/bonded|unbonding/.test(await shell(line)), 'the stake is paid out');
  }
  const status = `server status --home ${home}-2 || true`;
  await until(async () => /role +validator/.test(await shell(status)), 'the new keys are in the set');
});

function operator(user: string, url: string) {
  mkdirSync(join(user, 'bin'));
  for (const program of ['server', 'wallet'] as const) symlinkSync(binOf(program), join(user, 'bin', program));
  writeFileSync(join(user, 'password'), 'correct horse battery staple');
  const env = environment(user, {
    PATH: `${join(user, 'bin')}:${process.env.PATH}`,
    SLOTLEDGER_HOME: join(user, 'node'),
    SLOTLEDGER_NODE: url,
    SLOTLEDGER_PASSWORD_FILE: join(user, 'password'),
  });
  const options = { cwd: user, env, timeout: hangGuardMs };
  return {
    home: join(user, 'acme'),
    shell: async (commands: string): Promise<string> =>
      (await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', commands], options)).stdout,
  };
}

function startNode(t: TestContext, user: string, command: string): void {
  const env = environment(user, {
    PATH: `${join(user, 'bin')}:${process.env.PATH}`,
    SLOTLEDGER_P2P_PORT: '0',
    SLOTLEDGER_HTTP_PORT: '0',
  });
  const node = spawn('bash', ['-c', `exec ${command}`], { cwd: user, env, stdio: 'ignore' });
  const ended = new Promise((resolve) => node.once('close', resolve));
  t.after(async () => {
    node.kill('SIGKILL');
    await ended;
  });
}
