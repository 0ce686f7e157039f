/** docs/CLIENT.md is a program that compiles and runs as it stands, and its commands do too, against a real node. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { Server } from '../../server/server.js';
import { binOf, environment, temporaryHome } from '../cli/programs.js';
import { hangGuardMs } from '../hang-guard.js';
import { compile, snippetsOf } from './snippets.js';

const snippets = snippetsOf('docs/CLIENT.md');
const home = temporaryHome(undefined as never);
const nodeHome = join(home, 'node');
const server = new Server({ home: nodeHome, slotDurationMs: 250, slotsPerEpoch: 2, logLevel: 'silent' });

before(() => server.start(0));
after(() => server.stop());

/** The page's node is on the port of `npm start`. */
const here = (shown: string): string =>
  shown.replaceAll('http://127.0.0.1:8080', `http://127.0.0.1:${server.httpPort}`);

async function outputOf(command: string, args: readonly string[]): Promise<string> {
  const url = `http://127.0.0.1:${server.httpPort}`;
  const env = environment(home, { SLOTLEDGER_HOME: nodeHome, SLOTLEDGER_NODE: url });
  const child = spawn(command, args, { cwd: home, env, timeout: hangGuardMs });
  const code = new Promise((resolve) => child.on('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  assert.equal(await code, 0, stdout + stderr);
  return stdout;
}

test('every block is one that a test knows', () => {
  for (const { language, line } of snippets)
    assert.ok(['ts', 'sh', ''].includes(language), `line ${line}: ${language}`);
  assert.ok(snippets.filter(({ language }) => language === 'ts').length >= 10);
});

test('the blocks, one after the other, are a program that compiles under --strict and runs to its end', async () => {
  const program = snippets.filter(({ language }) => language === 'ts').map((snippet) => snippet.text);
  const { directory, said } = compile('client', new Map([['program', here(program.join('\n'))]]));
  assert.equal(said, '');
  const printed = await outputOf(process.execPath, [join(directory, 'program.js')]);
  for (const line of [
    /^dev-[0-9a-f]{32}: block \d+ is final$/m,
    /^alice holds 10 .*\ntrue$/m,
    /^final after \d+ ms in block \d+$/m,
    /^final true$/m,
    /^true$/m,
    /^block \d+: sl1\S+ paid \d+\.\d+$/m,
    /^after block \d+ the shop held 5 /m,
    /^balance_too_low: /m,
    /^paid not paid$/m,
    /^slot \d+ is led by 0x/m,
    /^a stream that is aborted ends without an error$/m,
  ]) {
    assert.match(printed, line);
  }
});

test('the commands run as they stand, and print what the page shows', async () => {
  const shown = snippets.find(({ language }) => language === '');
  const kinds = (output: string) => [...output.matchAll(/^✔ (\w+): /gm)].map(([, kind]) => kind);
  const commands = snippets.filter(({ language }) => language === 'sh').map((snippet) => here(snippet.text));
  assert.ok(commands.length > 0);
  const wallet = `${process.execPath} ${binOf('wallet')}`;
  const printed = await outputOf('bash', [
    '-euo',
    'pipefail',
    '-c',
    commands.join('\n').replaceAll('npx --no wallet', wallet),
  ]);
  assert.deepEqual(kinds(printed), kinds(shown?.text ?? ''));
});
