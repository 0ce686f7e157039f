/** What else opens keys that `server keys seal` gave a password: a card for a genesis, and a node in another program. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeAddress } from '../../ledger/values/address.js';
import { Server } from '../../server/index.js';
import { run, temporaryHome } from './programs.js';

const password = 'a password of the keys';

test('a card for a genesis and an embedded node open sealed keys as well', async (t) => {
  const home = temporaryHome(t);
  const nodeHome = join(home, 'node');
  const at = ['--home', nodeHome];
  const file = join(home, 'password');
  writeFileSync(file, password, { mode: 0o600 });
  const withPassword = ['--key-password-file', file];
  assert.equal((await run('server', home, ['keygen', ...at])).code, 0);
  assert.equal((await run('server', home, ['keys', 'seal', ...at, ...withPassword])).code, 0);

  assert.equal((await run('server', home, ['genesis', 'new', 'trade.json', '--name', 'trade'])).code, 0);
  const owner = encodeAddress('sl', `0x${'0a'.repeat(32)}`);
  const card_ = ['genesis', 'join', 'trade.json', '--name', 'acme', '--owner', owner, '--stake', '10', ...at];
  const refused = await run('server', home, [...card_, '--card', 'card']);
  assert.match(refused.stderr, /is sealed with a password/);
  const joined = await run('server', home, [...card_, '--card', 'card', ...withPassword]);
  assert.equal(joined.code, 0, joined.stderr);
  assert.equal((await run('server', home, ['genesis', 'add', 'trade.json', 'card'])).code, 0);
  const made = await run('server', home, ['init', ...at, '--genesis', 'trade.json', '--output', 'json']);
  assert.equal(made.code, 0, made.stderr);
  assert.equal((JSON.parse(made.stdout) as { validator_of_genesis: boolean }).validator_of_genesis, true);

  const options = { home: nodeHome, http: false, logLevel: 'silent' } as const;
  await assert.rejects(new Server(options).start(0), { code: 'KEY_SEALED' });
  const server = new Server({ ...options, keyPassword: password });
  await server.start(0);
  assert.equal(server.api!.status().role, 'validator');
  await server.stop();
  const log = readFileSync(join(nodeHome, 'audit.jsonl'), 'utf8');
  assert.ok(log.includes('node_started') && !log.includes(password), 'no password stands in the log');
});
