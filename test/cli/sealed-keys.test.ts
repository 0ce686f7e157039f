/** `server keys seal`: a node whose keys have a password, as its operator meets it. */
import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, temporaryHome } from './programs.js';
import { startNode } from './running-node.js';

const password = 'a password of the keys';

test('a node with sealed keys starts with their password, and pays; without it, or with another, it says what to do', async (t) => {
  const home = temporaryHome(t);
  const nodeHome = join(home, 'node');
  const at = ['--home', nodeHome];
  const start = ['start', ...at, '--p2p-port', '0', '--http-port', '0'];
  const file = join(home, 'password');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  const withPassword = ['--key-password-file', file];
  const none = await run('server', home, ['keys', 'seal', ...at, ...withPassword]);
  assert.match(none.stderr, /^error: There are no keys in .*\n {2}fix: .*server keygen/);
  assert.equal((await run('server', home, ['keys', 'unseal', ...at, ...withPassword])).code, 1);
  assert.ok(!existsSync(nodeHome), 'a mistyped home is not made');
  assert.equal((await run('server', home, ['init', ...at])).code, 0);

  const noTerminal = await run('server', home, ['keys', 'seal', ...at]);
  assert.match(noTerminal.stderr, /^error: The keys are to have a password, .*\n {2}fix: .*--key-password-file/);
  writeFileSync(join(home, 'weak'), 'short');
  const weak = await run('server', home, ['keys', 'seal', ...at, '--key-password-file', 'weak']);
  assert.match(weak.stderr, /^error: A password has at least 8 characters\./);
  const sealed = await run('server', home, ['keys', 'seal', ...at, ...withPassword]);
  assert.equal(sealed.code, 0, sealed.stderr);
  assert.match(sealed.stdout, /^The keys in .* have a password: node, validator, vrf\.\n/);

  const without = await run('server', home, start);
  assert.equal(without.code, 1);
  assert.match(
    without.stderr,
    /^error: .*node-key\.json is sealed with a password\.\n {2}fix: .*--key-password-file, or run `server keys unseal`/,
  );
  writeFileSync(join(home, 'other'), 'another password');
  const wrong = await run('server', home, [...start, '--key-password-file', 'other']);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /^error: The password does not open .*node-key\.json\./);
  const alsoWrong = await run('server', home, ['keys', 'unseal', ...at, '--key-password-file', 'other']);
  assert.match(alsoWrong.stderr, /^error: The password does not open/);

  const node = await startNode(t, home, { args: [...at, ...withPassword] });
  const paid = await run('wallet', home, ['send', 'treasury', 'shop', '5', ...at, '--node', node.url]);
  assert.equal(paid.code, 0, paid.stderr);
  const busy = await run('server', home, ['keys', 'unseal', ...at, ...withPassword]);
  assert.equal(busy.code, 5, busy.stderr);
  node.process.kill('SIGTERM');
  assert.equal(await node.ended(), 0);

  const unsealed = await run('server', home, ['keys', 'unseal', ...at, ...withPassword]);
  assert.match(unsealed.stdout, /^The keys in .* have no password any more: node, validator, vrf\.\n/);
  const lost = await run('server', home, [...start, '--key-password-file', 'lost']);
  assert.equal(lost.code, 1);
  assert.match(lost.stderr, /^error: .*lost/);
  const open = await startNode(t, home, { args: [...at, ...withPassword] });
  assert.match(open.output(), /a password was given, and no key of the node has one/);
  open.process.kill('SIGTERM');
  await open.ended();
  const log = readFileSync(join(nodeHome, 'audit.jsonl'), 'utf8');
  const events = log
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { event: string }).event);
  assert.deepEqual(
    events.filter((event) => event.startsWith('keys_')),
    ['keys_made', 'keys_sealed', 'keys_unsealed'],
  );
  assert.ok(!log.includes(password), 'no password stands in the log');
  assert.equal((await run('server', home, ['audit', 'verify', ...at])).code, 0);
});

test('a password that comes or goes is in the audit log also where that is cut off, and nothing plain is left behind', async (t) => {
  const home = temporaryHome(t);
  const nodeHome = join(home, 'node');
  const keyFile = (kind: string): string => join(nodeHome, 'keys', `${kind}-key.json`);
  const server = (...args: string[]) =>
    run('server', home, [...args, '--home', nodeHome, '--key-password-file', join(home, 'password')]);
  const passwords = () =>
    readFileSync(join(nodeHome, 'audit.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; about: Record<string, string> })
      .filter(({ event }) => /_(un)?sealed$/.test(event))
      .map(({ event, about }) => [event, ...Object.keys(about).sort()].join(' '));
  writeFileSync(join(home, 'password'), password);
  assert.equal((await run('server', home, ['init', '--home', nodeHome])).code, 0);
  const plain = readFileSync(keyFile('vrf'));
  // The second key is linked to another disk, and the third cannot be written.
  const elsewhere = join(home, 'elsewhere.json');
  renameSync(keyFile('validator'), elsewhere);
  symlinkSync(elsewhere, keyFile('validator'));
  mkdirSync(`${keyFile('vrf')}.new`);

  assert.notEqual((await server('keys', 'seal')).code, 0);
  assert.deepEqual(passwords(), ['keys_sealed node validator vrf']);
  assert.deepEqual(readFileSync(keyFile('vrf')), plain);
  assert.ok(lstatSync(keyFile('validator')).isSymbolicLink());
  assert.match(readFileSync(elsewhere, 'utf8'), /"crypto"/);

  rmSync(`${keyFile('vrf')}.new`, { recursive: true });
  const rest = await server('keys', 'seal');
  assert.match(rest.stdout, /have a password: vrf\.\n/, rest.stderr);
  assert.deepEqual(passwords().slice(1), ['keys_sealed vrf']);
  // As an `unseal` leaves it that is killed before the rename.
  writeFileSync(`${keyFile('vrf')}.new`, plain, { mode: 0o600 });
  const all = await server('keys', 'seal');
  assert.match(all.stdout, /have a password already/, all.stderr);
  assert.equal(lstatSync(`${keyFile('vrf')}.new`, { throwIfNoEntry: false }), undefined);

  mkdirSync(`${keyFile('node')}.new`);
  assert.notEqual((await server('keys', 'unseal')).code, 0);
  assert.deepEqual(passwords().slice(2), ['keys_unsealed node validator vrf']);
  writeFileSync(join(home, 'password'), 'another password');
  assert.equal((await server('keys', 'unseal')).code, 1);
  assert.equal(passwords().length, 3, 'a wrong password is no change');
});
