/** Wrong usage: one sentence, what to do, exit code 2, and nothing on stdout. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describeFailure } from '../../client/cli/failure.js';
import { createProgram } from '../../client/cli/program.js';
import { counted } from '../../client/cli/terminal.js';
import { createWalletProgram } from '../../client/cli/wallet-program.js';
import { ApiProblem } from '../../client/http/problem.js';
import { encodeAddress } from '../../ledger/values/address.js';
import { createServerProgram } from '../../server/cli/server-program.js';
import { type Program, run, temporaryHome } from './programs.js';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const wrong: readonly (readonly [Program, readonly string[], RegExp])[] = [
  ['wallet', ['blance'], /^error: Unknown command 'blance'\.\n {2}fix: Did you mean balance\? Run `wallet --help`/],
  ['server', ['strat'], /^error: Unknown command 'strat'\.\n {2}fix: Did you mean start\?/],
  [
    'slotledger',
    ['wallet', 'sned'],
    /^error: Unknown command 'sned'\.\n {2}fix: Did you mean send\? Run `slotledger wallet/,
  ],
  ['wallet', ['address'], /^error: Missing required argument 'name'\./],
  ['wallet', ['list', '--hom', '/x'], /^error: Unknown option '--hom'\.\n {2}fix: Did you mean --home\?/],
  ['wallet', ['list', '--output', 'yaml'], /^error: --output yaml is not known\./],
  ['wallet', ['balance', 'a', '--node', 'localhost:8080'], /^error: --node localhost:8080 is not an HTTP address\./],
  ['wallet', ['new', 'Bad Name'], /^error: "Bad Name" cannot name a key\./],
  ['wallet', ['status', '0xABC'], /^error: 0xABC is not a transaction id\./],
  ['wallet', ['send', 'a', 'b'], /^error: How much is to be paid to b is missing\./],
  ['wallet', ['send', 'a', '5'], /^error: Who is to be paid 5 is missing\./],
];

for (const [program, args, expected] of wrong) {
  test(`${program} ${args.join(' ')}: refused in one sentence`, async (t) => {
    const outcome = await run(program, temporaryHome(t), args);
    assert.equal(outcome.code, 2, outcome.stderr);
    assert.match(outcome.stderr, expected);
    assert.equal(outcome.stderr.split('\n').length, 3, 'two lines');
    assert.equal(outcome.stdout, '');
  });
}

test('with --output json an error is one JSON value with code, detail and fix', async (t) => {
  const outcome = await run('wallet', temporaryHome(t), ['blance', '--output', 'json']);
  assert.equal(outcome.code, 2);
  const { error } = JSON.parse(outcome.stderr) as { error: Record<string, string> };
  assert.deepEqual(Object.keys(error), ['code', 'detail', 'fix']);
  assert.equal(error.code, 'usage');
});

test('a node that is not there is said to be unreachable, with exit code 7', async (t) => {
  const outcome = await run('wallet', temporaryHome(t), ['balance', 'a', '--node', 'http://127.0.0.1:1']);
  assert.equal(outcome.code, 7);
  assert.match(outcome.stderr, /^error: No node answers at http:\/\/127\.0\.0\.1:1 \(.+\)\.\n {2}fix: .*server start/);
});

test('a connection that is closed as soon as it is made is said to be broken: no command ends without a word', async (t) => {
  const closing = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  t.after(() => closing.close());
  await once(closing, 'listening');
  const url = `http://127.0.0.1:${(closing.address() as AddressInfo).port}`;
  const home = temporaryHome(t);
  for (let times = 0; times < 3; times += 1) {
    const { code, stderr } = await run('wallet', home, ['status', `0x${'0'.repeat(64)}`, '--node', url]);
    assert.equal(code, 7, stderr);
    assert.match(stderr, /^error: No node answers at \S+ \((the connection broke|no answer in time)\)\.\n/);
  }
});

test('the help of every command fits into 80 columns and shows what a default is as it is typed', () => {
  const programs = [createWalletProgram(), createServerProgram()];
  const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)];
  for (const command of programs.flatMap(all)) {
    const help = command.configureOutput({ getOutHelpWidth: () => 80 }).helpInformation();
    assert.doesNotMatch(help, /default: "/, command.name());
    for (const line of help.split('\n')) assert.ok(line.length <= 80, `${command.name()}: ${line}`);
  }
  const words = createWalletProgram().commands.find((command) => command.name() === 'new');
  assert.match(words?.helpInformation() ?? '', /12 or 24 \(default: 24\)/);
});

for (const program of ['wallet', 'server', 'slotledger'] as const) {
  test(`${program} answers --version, --help, and tells how to use it when nothing is asked`, async (t) => {
    const home = temporaryHome(t);
    assert.deepEqual(await run(program, home, ['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
    const help = await run(program, home, ['--help']);
    assert.equal(help.code, 0);
    assert.match(help.stdout, new RegExp(`^Usage: ${program} `));
    const nothing = await run(program, home, []);
    assert.equal(nothing.code, 2);
    assert.match(nothing.stderr, /^Usage: /);
  });
}

test('what is unexpected ends with one full stop and with help that every program takes', () => {
  const { detail, fix } = describeFailure(new Error('The sky fell.'), createProgram('server', ''), []);
  assert.equal(detail, 'Something unexpected happened: The sky fell.');
  assert.match(fix, /^Run it again with SLOTLEDGER_LOG_LEVEL=debug /);
});

test('a stack is shown for the log level debug, not for whatever is called debug', async (t) => {
  const home = temporaryHome(t);
  assert.doesNotMatch((await run('wallet', home, ['address', 'debug'])).stderr, /\n {4}at /);
  const env = { SLOTLEDGER_LOG_LEVEL: 'debug' };
  assert.match((await run('wallet', home, ['address', 'none'], { env })).stderr, /\n {4}at /);
  assert.match((await run('server', home, ['start', '--p2p-port', 'x', '--log-level=debug'])).stderr, /\n {4}at /);
});

test('a home that is a file', async (t) => {
  const file = fileURLToPath(new URL('../../../package.json', import.meta.url));
  const outcome = await run('server', temporaryHome(t), ['status', '--home', file]);
  assert.match(outcome.stderr, /^error: \S+ leads through a file that is no directory\./);
});

test('help is also a word', async (t) => {
  const home = temporaryHome(t);
  for (const [program, words, usage] of [
    ['wallet', ['help'], /^Usage: wallet /],
    ['wallet', ['help', 'send'], /^Usage: wallet send /],
    ['slotledger', ['wallet', 'help', 'send'], /^Usage: slotledger wallet send /],
    ['server', ['genesis', 'help'], /^Usage: server genesis /],
  ] as const) {
    const outcome = await run(program, home, words);
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, usage);
  }
});

test('what the node found wrong is named, not its member `path`', () => {
  const failure = (path?: string) =>
    describeFailure(
      new ApiProblem(422, 'invalid_body', 'It is wrong.', 'Correct the member that `path` names; see /docs.', path),
      createProgram('wallet', ''),
      [],
    );
  assert.equal(failure('outputs.0.to').fix, 'Correct the member `outputs.0.to`; see /docs.');
  assert.equal(failure('outputs.0.to').path, 'outputs.0.to');
  assert.equal(failure().fix, 'Correct the member; see /docs.');
});

test('a home where nothing can be made is refused at once', async (t) => {
  const home = temporaryHome(t);
  for (const [program, words] of [
    ['server', ['init']],
    ['wallet', ['import', 'a', '--password-file', 'password']],
  ] as const) {
    writeFileSync(join(home, 'password'), 'correct horse', { mode: 0o600 });
    const args = [...words, '--home', '/proc/slotledger/x'];
    const outcome = await run(program, home, args, { stdin: '01'.repeat(32), timeoutMs: 60_000 });
    assert.equal(outcome.code, 1, outcome.stderr);
    assert.match(outcome.stderr, /^error: The directory \/proc\/slotledger cannot be made \(E\w+\)\.\n/);
  }
});

test('an amount that is no amount is said in good English', async (t) => {
  const to = encodeAddress('sl', `0x${'0a'.repeat(32)}`);
  const args = ['sign', 'a', to, 'x', '--chain', `dev-${'0'.repeat(32)}`, '--nonce', '0'];
  const { stderr } = await run('wallet', temporaryHome(t), [...args, '--fee', '1']);
  assert.match(stderr, /^error: The amount x is not a whole number from 1 or more\.\n {2}fix: Correct it\.\n$/);
});

test('one is one', () => {
  assert.deepEqual(
    [counted(1, 'block'), counted(0, 'block'), counted(1200, 'block', '1,200')],
    ['1 block', '0 blocks', '1,200 blocks'],
  );
});
