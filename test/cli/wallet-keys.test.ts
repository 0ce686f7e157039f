/** Keys at the command line: made, imported, listed; never overwritten, never readable by others, never in argv. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { binOf, environment, run, temporaryHome } from './programs.js';

const mnemonic = `${'abandon '.repeat(11)}about`;

function passwordFile(home: string, password = 'correct horse'): string {
  const path = join(home, 'password');
  writeFileSync(path, `${password}\n`, { mode: 0o600 });
  return path;
}

test('a new key is stored encrypted, for its owner alone, and its mnemonic makes it again', async (t) => {
  const home = temporaryHome(t);
  const password = passwordFile(home);
  const made = await run('wallet', home, ['new', 'alice', '--password-file', password, '--output', 'json']);
  assert.equal(made.code, 0, made.stderr);
  const key = JSON.parse(made.stdout) as { name: string; address: string; file: string; mnemonic: string };
  assert.equal(key.file, join(home, '.slotledger/keys/accounts/alice.json'));
  assert.equal(statSync(key.file).mode & 0o777, 0o600);
  assert.equal(key.mnemonic.split(' ').length, 24);
  const env = { SLOTLEDGER_PASSWORD_FILE: password };
  const again = await run('wallet', home, ['import', 'alice2', '--output', 'json'], { stdin: key.mnemonic, env });
  assert.equal(again.code, 0, again.stderr);
  assert.equal((JSON.parse(again.stdout) as { address: string }).address, key.address);
});

test('a key file is never overwritten, by new or by import', async (t) => {
  const home = temporaryHome(t);
  const env = { SLOTLEDGER_PASSWORD_FILE: passwordFile(home) };
  const first = await run('wallet', home, ['import', 'a'], { stdin: mnemonic, env });
  assert.equal(first.code, 0, first.stderr);
  const file = join(home, '.slotledger/keys/accounts/a.json');
  const before = readFileSync(file, 'utf8');
  for (const args of [
    ['new', 'a'],
    ['import', 'a'],
  ]) {
    const second = await run('wallet', home, args, { stdin: mnemonic, env });
    assert.equal(second.code, 1);
    assert.match(second.stderr, /^error: There is a key called a already, and keys are never overwritten\.\n {2}fix: /);
  }
  assert.equal(readFileSync(file, 'utf8'), before);
});

test('a seed of 64 hex digits is imported; anything else is refused without repeating it', async (t) => {
  const home = temporaryHome(t);
  const env = { SLOTLEDGER_PASSWORD_FILE: passwordFile(home) };
  const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
  const good = await run('wallet', home, ['import', 'rfc', '--from', '-', '--output', 'json'], { stdin: seed, env });
  assert.equal(good.code, 0, good.stderr);
  const shown = await run('wallet', home, ['address', 'rfc', '--output', 'json']);
  assert.equal(
    (JSON.parse(shown.stdout) as { public_key: string }).public_key,
    '0xd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    'the public key of RFC 8032, test 1',
  );
  const bad = await run('wallet', home, ['import', 'bad'], { stdin: seed.slice(2), env });
  assert.equal(bad.code, 2);
  assert.match(bad.stderr, /A seed has 64 hex digits; this one has 62\./);
  assert.ok(!bad.stderr.includes(seed.slice(2)));
});

test('a seed has no accounts below it, and a key that is kept already is told', async (t) => {
  const home = temporaryHome(t);
  const env = { SLOTLEDGER_PASSWORD_FILE: passwordFile(home) };
  const seed = '01'.repeat(32);
  const below = await run('wallet', home, ['import', 'a', '--account', '1', '--from', '-'], { stdin: seed, env });
  assert.equal(below.code, 2);
  assert.match(below.stderr, /^error: A seed is one key: --account is for a mnemonic, which has many\.\n/);
  const first = await run('wallet', home, ['import', 'a'], { stdin: seed, env });
  assert.deepEqual([first.code, first.stderr], [0, '']);
  const again = await run('wallet', home, ['import', 'b'], { stdin: seed, env });
  assert.deepEqual([again.code, again.stderr], [0, 'This key is kept as a already: one account, two names.\n']);
  const third = await run('wallet', home, ['import', 'c', '--output', 'json'], { stdin: seed, env });
  assert.deepEqual(JSON.parse(third.stdout).also_kept_as, ['a', 'b']);
});

test('without a terminal and without a password file, a new key is refused and says what to do', async (t) => {
  const home = temporaryHome(t);
  const made = await run('wallet', home, ['new', 'alice']);
  assert.equal(made.code, 2);
  assert.match(made.stderr, /no terminal to ask on\.\n {2}fix: .*--password-file/);
  assert.equal(made.stdout, '');
});

test('a key for which there is no room is not there at all', { skip: process.platform === 'win32' }, async (t) => {
  const home = temporaryHome(t);
  writeFileSync(join(home, 'words'), mnemonic);
  // A file may have 512 bytes; a key file has more.
  const limited = ['-c', 'ulimit -f 1; exec "$0" "$@"', process.execPath, binOf('wallet')];
  const args = ['import', 'a', '--from', join(home, 'words'), '--password-file', passwordFile(home)];
  const made = spawnSync('sh', [...limited, ...args], { env: environment(home), encoding: 'utf8' });
  assert.equal(made.status, 1);
  assert.match(made.stderr, /^error: This user may write no more\.\n/);
  assert.deepEqual(readdirSync(join(home, '.slotledger/keys/accounts')), []);
});

test('characters that do not count make no password', async (t) => {
  const home = temporaryHome(t);
  const made = await run('wallet', home, ['new', 'a', '--password-file', passwordFile(home, '\t'.repeat(12))]);
  assert.equal(made.code, 1);
  assert.match(made.stderr, /^error: A password has at least 8 characters\b/);
});

test('a password whose characters cannot be told from others is put on no key', async (t) => {
  const home = temporaryHome(t);
  const path = join(home, 'latin-1');
  writeFileSync(path, Buffer.from('äöüäöüäöü', 'latin1'));
  for (const [program, ...args] of [
    ['wallet', 'new', 'a', '--password-file', path],
    ['server', 'keys', 'seal', '--key-password-file', path],
  ] as const) {
    if (program === 'server') assert.equal((await run('server', home, ['init'])).code, 0);
    const refused = await run(program, home, args);
    assert.equal(refused.code, 1, refused.stdout);
    assert.match(refused.stderr, /^error: The password is not UTF-8: .*\n {2}fix: Save its file as UTF-8/);
  }
  writeFileSync(path, 'äöüäöüäöü');
  assert.equal((await run('wallet', home, ['new', 'a', '--password-file', path])).code, 0);
});

test('a short password is refused', async (t) => {
  const home = temporaryHome(t);
  const made = await run('wallet', home, ['new', 'a', '--password-file', passwordFile(home, 'short')]);
  assert.equal(made.code, 1);
  assert.match(made.stderr, /at least 8 characters/);
});

test('keys are listed by name, for people and for programs', async (t) => {
  const home = temporaryHome(t);
  const env = { SLOTLEDGER_PASSWORD_FILE: passwordFile(home) };
  const none = await run('wallet', home, ['list']);
  assert.match(none.stdout, /^No keys in .*wallet new NAME/);
  await run('wallet', home, ['import', 'b', '--account', '1'], { stdin: mnemonic, env });
  await run('wallet', home, ['import', 'a'], { stdin: mnemonic, env });
  const listed = await run('wallet', home, ['list', '--output', 'json']);
  const { keys } = JSON.parse(listed.stdout) as { keys: { name: string; address: string }[] };
  assert.deepEqual(
    keys.map((key) => key.name),
    ['a', 'b'],
  );
  assert.notEqual(keys[0]?.address, keys[1]?.address);
  const text = await run('wallet', home, ['list']);
  assert.match(text.stdout, /^name +address +protection\na +sl1\w+ +password\nb +sl1\w+ +password\n$/);
});
