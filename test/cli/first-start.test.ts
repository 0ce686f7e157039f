/** The first minute of a new user: start, copy the three printed lines, and a payment is final. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AccountAnswer, StatusAnswer } from '../../client/api-types.js';
import { createClient } from '../../client/http/client.js';
import { hangGuardMs } from '../hang-guard.js';
import { printedCommands } from './printed-commands.js';
import { environment, run, temporaryHome } from './programs.js';
import { startNode, until } from './running-node.js';

const bash = promisify(execFile);
const repository = fileURLToPath(new URL('../../../', import.meta.url));

test('the three printed lines work as printed: the first payment is final', async (t) => {
  const home = temporaryHome(t);
  const node = await startNode(t, home, { cwd: repository });
  await until(() => printedCommands(node.output()).length >= 3, 'three commands are printed');
  const commands = printedCommands(node.output());
  assert.equal(commands.length, 3, node.output());
  const outputs: string[] = [];
  for (const command of commands) {
    const env = environment(home, { npm_config_update_notifier: 'false' });
    const { stdout } = await bash('bash', ['-c', command], { cwd: repository, env, timeout: hangGuardMs });
    outputs.push(stdout);
  }
  assert.match(outputs[0] ?? '', /^treasury {2}[\d,.]+ [A-Z]+\n/);
  assert.match(outputs[1] ?? '', /^Paid 5 [A-Z]+ to shop from treasury\.\nFinal in [\d.]+ m?s \(block 1, slot \d+\)/);
  const status = JSON.parse(outputs[2] ?? '') as StatusAnswer;
  assert.equal(status.final.index, 1);
  assert.equal(status.development, true);
});

test('SIGTERM stops the node with exit code 0, so does SIGHUP, and what was final is there after a restart', async (t) => {
  const home = temporaryHome(t);
  const node = await startNode(t, home);
  const wallet = (...args: string[]) =>
    run('wallet', home, [...args, '--node', node.url, '--home', nodeHome(node.output(), home), '--output', 'json']);
  const sent = await wallet('send', 'treasury', 'shop', '5');
  assert.equal(sent.code, 0, sent.stderr);
  const before = await wallet('balance', 'shop');
  node.process.kill('SIGTERM');
  assert.equal(await node.ended(), 0, node.output());
  const ports = new URL(node.url);
  const again = await startNode(t, home, {
    httpPort: Number(ports.port),
    args: ['--home', nodeHome(node.output(), home)],
  });
  const { balance, address } = JSON.parse(before.stdout) as AccountAnswer;
  assert.equal((await createClient({ url: again.url }).account(address)).balance, balance);
  again.process.kill('SIGHUP');
  assert.equal(await again.ended(), 0, again.output());
});

/** As the banner shows it, which leaves `~` to the shell. */
function nodeHome(output: string, userHome: string): string {
  return (/--home (\S+)/.exec(output)?.[1] ?? '').replace(/^~/, userHome);
}
