/** Settings: what beats what, what follows from the port for peers, and what is refused. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePorts } from '../../server/cli/free-ports.js';
import { freePort } from '../free-ports.js';
import { binOf, mereUser, run, temporaryHome } from './programs.js';

interface Shown {
  readonly [name: string]: { readonly value: unknown; readonly origin: string };
}

async function show(home: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<Shown> {
  const outcome = await run('server', home, ['config', 'show', '--output', 'json', ...args], { env });
  assert.equal(outcome.code, 0, outcome.stderr);
  return JSON.parse(outcome.stdout) as Shown;
}

function writeConfig(home: string, text: string): void {
  mkdirSync(join(home, '.slotledger'), { recursive: true });
  writeFileSync(join(home, '.slotledger/config.toml'), text);
}

test('home and HTTP port follow from the port for peers', async (t) => {
  const home = temporaryHome(t);
  const usual = await show(home);
  assert.deepEqual([usual.home?.value, usual.http_port?.value], [join(home, '.slotledger'), 8080]);
  const second = await show(home, ['--p2p-port', '9001']);
  assert.deepEqual([second.home?.value, second.http_port?.value], [join(home, '.slotledger-9001'), 8081]);
  const own = await show(home, ['--p2p-port', '9001', '--http-port', '7000', '--home', join(home, 'x')]);
  assert.deepEqual([own.home?.value, own.http_port?.value], [join(home, 'x'), 7000]);
});

test('a flag beats the environment, which beats config.toml, which beats the default', async (t) => {
  const home = temporaryHome(t);
  const seen = async (args: readonly string[] = [], env: Record<string, string> = {}) =>
    (await show(home, args, env)).log_level;
  assert.deepEqual(await seen(), { value: 'info', origin: 'default' });
  writeConfig(home, 'log_level = "warn"\n');
  assert.deepEqual(await seen(), { value: 'warn', origin: 'config.toml' });
  const env = { SLOTLEDGER_LOG_LEVEL: 'error' };
  assert.deepEqual(await seen([], env), { value: 'error', origin: 'environment' });
  assert.deepEqual(await seen(['--log-level', 'trace'], env), { value: 'trace', origin: 'flag' });
});

test('HTTP and peers listen on this machine only, unless told otherwise', async (t) => {
  const shown = await show(temporaryHome(t));
  assert.deepEqual([shown.http_host?.value, shown.p2p_host?.value], ['127.0.0.1', '127.0.0.1']);
});

test('bootstrap peers come from repeated flags, a list in the file, or commas in the environment', async (t) => {
  const home = temporaryHome(t);
  const peers = ['a.example:9000', '[::1]:9001'];
  const flags = peers.flatMap((peer) => ['--bootstrap', peer]);
  assert.deepEqual((await show(home, flags)).bootstrap?.value, peers);
  assert.deepEqual((await show(home, [], { SLOTLEDGER_BOOTSTRAP: peers.join(',') })).bootstrap?.value, peers);
  writeConfig(home, `bootstrap = ${JSON.stringify(peers)}\n`);
  assert.deepEqual((await show(home)).bootstrap?.value, peers);
});

const refused: readonly (readonly [args: readonly string[], config: string, expected: RegExp])[] = [
  [['--p2p-port', '70000'], '', /^error: --p2p-port 70000 is not a whole number from 0 to 65535\./],
  [['--http-port', 'x'], '', /^error: --http-port x is not/],
  [['--bootstrap', 'nohost'], '', /^error: --bootstrap nohost is not host:port/],
  [['--log-level', 'loud'], '', /^error: --log-level loud is not one of/],
  [['--config', '/nowhere.toml'], '', /^error: There is no file \/nowhere\.toml\./],
  [[], '# mine\np2p_prt = 1\n', /config\.toml, line 2: "p2p_prt" is not a setting\./],
  [[], '[http]\nport = 1\n', /config\.toml, line 1: "http" is a table; every setting stands by itself/],
  [[], 'p2p_port = \n', /config\.toml, line 1: it is not TOML \(invalid value\)\./],
  [[], '\np2p_port = "many"\n', /^error: \/\S+config\.toml, line 2: p2p_port "many" is not a whole number/],
  [
    ['--http-port', '9000'],
    '',
    /^error: Peers \(--p2p-port\) and HTTP \(--http-port\) cannot both listen on port 9000/,
  ],
  [['--metrics-port', '8080'], '', /^error: Metrics \(--metrics-port\) and HTTP \(--http-port\) cannot both/],
];

for (const [args, config, expected] of refused) {
  test(`refused: ${args.join(' ')} ${config.trim()}`, async (t) => {
    const home = temporaryHome(t);
    if (config !== '') writeConfig(home, config);
    const outcome = await run('server', home, ['config', 'show', ...args]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.stderr, expected);
    assert.equal(outcome.stderr.split('\n').length, 3, outcome.stderr);
  });
}

test('an empty list, which lets nobody in, is not shown as one that was not given', async (t) => {
  const home = temporaryHome(t);
  const shown = async (): Promise<string> => (await run('server', home, ['config', 'show'])).stdout;
  assert.match(await shown(), /^allow +- +default$/m);
  writeConfig(home, 'allow = []\n');
  assert.match(await shown(), /^allow +none +config/m);
});

test('a wrong value of the environment is blamed on its variable', async (t) => {
  const env = { SLOTLEDGER_MAX_PEERS: 'few' };
  const outcome = await run('server', temporaryHome(t), ['status'], { env });
  assert.equal(outcome.code, 2);
  assert.match(outcome.stderr, /^error: SLOTLEDGER_MAX_PEERS=few is not a whole number from 1 to 1000\.\n/);
});

test('what is wrong keeps nobody from seeing the rest', async (t) => {
  const home = temporaryHome(t);
  writeConfig(home, 'p2p_port = "many"\nlog_level = "warn"\nspeed = 1\n');
  const outcome = await run('server', home, ['config', 'show', '--output', 'json']);
  assert.equal(outcome.code, 2);
  const shown = JSON.parse(outcome.stdout) as Shown;
  assert.deepEqual(shown.p2p_port, { value: 'many', origin: 'config.toml' });
  assert.deepEqual(shown.log_level, { value: 'warn', origin: 'config.toml' });
  const { detail } = JSON.parse(outcome.stderr).error;
  assert.match(detail, /line 3: "speed" is not a setting\. \S+, line 1: p2p_port "many" is not/);
});

test('the ports of one address are not for two', async (t) => {
  const shown = await show(temporaryHome(t), ['--p2p-host', '127.0.0.2', '--http-port', '9000']);
  assert.equal(shown.http_port?.value, 9000);
});

test('two different free ports are suggested, also where one number was asked for twice', async () => {
  const port = await freePort();
  const found = await freePorts({ p2pHost: '127.0.0.1', p2pPort: port, httpHost: '127.0.0.1', httpPort: port });
  assert.equal(found.p2p, port);
  assert.ok(found.http > port);
});

test('a user without a home directory names the home, and needs nothing else', async (t) => {
  const user = temporaryHome(t);
  const nowhere = { env: { HOME: '' } };
  for (const [program, words] of [
    ['server', ['config', 'show']],
    ['wallet', ['list']],
  ] as const) {
    const refused = await run(program, user, words, nowhere);
    assert.equal(refused.code, 2, refused.stdout);
    assert.match(
      refused.stderr,
      /^error: This user has no home directory, and HOME is not set\.\n {2}fix: Name one with --home/,
    );
  }
  const told = await run('server', user, ['config', 'show', '--home', join(user, 'x')], nowhere);
  assert.equal(told.code, 0, told.stderr);
});

// Only root can be another user.
test('so does one whom the system does not know', { skip: mereUser === undefined }, (t) => {
  const user = temporaryHome(t);
  chmodSync(user, 0o755);
  const env = { PATH: process.env.PATH };
  const show = (...words: string[]) =>
    spawnSync(process.execPath, [binOf('server'), 'config', 'show', ...words], {
      env,
      uid: 54_321,
      gid: 54_321,
      cwd: user,
    });
  assert.match(show().stderr.toString(), /^error: This user has no home directory, and HOME is not set\./);
  const told = show('--home', join(user, 'x'));
  assert.equal(told.status, 0, told.stderr.toString());
});
