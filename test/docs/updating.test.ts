/** The commands of docs/OPERATING.md, updating, as they stand there, on each node of a network in turn. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClient } from '../../client/http/client.js';
import { binOf, environment, run, temporaryHome } from '../cli/programs.js';
import { until } from '../cli/running-node.js';
import { freePortRun } from '../free-ports.js';
import { hangGuardMs, longHangGuardMs } from '../hang-guard.js';

const page = readFileSync(fileURLToPath(new URL('../../../docs/OPERATING.md', import.meta.url)), 'utf8');
const section = page.slice(page.indexOf('## Updating\n'), page.indexOf('## A new genesis\n'));
const blocks = [...section.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map((match) => match[1]!);

test('a network is updated node by node as the page says, payments go on, and a node goes back', {
  // Some fifty programs one after the other, beside four nodes: each step has its own guard, which says what hangs.
  timeout: 3 * longHangGuardMs,
}, async (t) => {
  assert.equal(blocks.length, 5, 'before, stop, start, after, back');
  const [before, stop, start, after, back] = blocks as [string, string, string, string, string];
  const user = temporaryHome(t);
  mkdirSync(join(user, 'bin'));
  symlinkSync(binOf('server'), join(user, 'bin', 'server'));
  const basePort = await freePortRun(4);
  const args = ['testnet', '--validators', '4', '--output', 'net', '--base-port', `${basePort}`];
  assert.equal((await run('server', user, args)).code, 0);
  const nodes = [1, 2, 3, 4].map((number) => machine(t, user, number, basePort));
  for (const node of nodes) node.start(start);
  for (const node of nodes) await node.shell(after);
  for (const [at, node] of nodes.slice(0, 3).entries()) {
    const another = nodes[(at + 1) % 4]!;
    await node.shell(before);
    await node.shell(stop);
    assert.equal(await node.ended(), 0);
    const paid = await another.pay();
    node.start(start);
    assert.match(await node.shell(after), /^ready$/m);
    await node.reaches(paid);
  }
  const last = nodes[3]!;
  await last.shell(before);
  await last.shell(stop);
  assert.equal(await last.ended(), 0);
  assert.match(await last.shell(back), /ledger\.db\.replaced-1/);
  const paid = await nodes[0]!.pay();
  last.start(start);
  await last.shell(after);
  await last.reaches(paid);
});

/** A directory and a home, in which the commands of the page are given. */
function machine(t: TestContext, user: string, number: number, basePort: number) {
  const cwd = join(user, `machine-${number}`);
  mkdirSync(cwd);
  const home = join(user, 'net', `node${number}`);
  const path = `${join(user, 'bin')}:${process.env.PATH}`;
  const env = environment(user, { SLOTLEDGER_HOME: home, SLOTLEDGER_ALLOW_ROOT: '1', PATH: path });
  const client = createClient({ url: `http://127.0.0.1:${basePort + number - 1 - 920}` });
  let node: ChildProcess;
  let ended: Promise<number | null>;
  return {
    client,
    async ended(): Promise<number | null> {
      await until(() => node.exitCode !== null || node.signalCode !== null, `node ${number} has stopped`);
      return ended;
    },
    start(block: string): void {
      node = spawn('bash', ['-c', `exec ${block}`], { cwd, env, stdio: 'ignore' });
      ended = new Promise((resolve) => node.once('close', resolve));
      t.after(async () => {
        node.kill('SIGKILL');
        await ended;
      });
    },
    async shell(block: string): Promise<string> {
      const done = promisify(execFile)('bash', ['-euo', 'pipefail', '-c', block], { cwd, env, timeout: hangGuardMs });
      return (await done).stdout;
    },
    reaches: (index: number): Promise<void> =>
      until(async () => (await client.status()).final.index >= index, `node ${number} has block ${index}`),
    /** @returns the block in which it is final */
    async pay(): Promise<number> {
      const { address } = (await client.accounts({ limit: 1 })).items[0]!;
      const { receipt } = await client.waitUntilFinal((await client.faucet(address)).id);
      return receipt!.index;
    },
  };
}
