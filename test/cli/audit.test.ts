/** What a node and its commands write into the audit log, and `server audit verify`. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeAddress } from '../../ledger/values/address.js';
import { createSigner } from '../../server/crypto/create-crypto.js';
import { readPublicKey } from '../../server/home/key-files.js';
import { run, temporaryHome } from './programs.js';
import { startNode } from './running-node.js';

interface Line {
  readonly n: number;
  readonly hash: string;
  readonly event: string;
  readonly about: { readonly [name: string]: unknown };
}

test('keys, starts, changed settings and calls of administrators stand in the log', async (t) => {
  const home = temporaryHome(t);
  const ledgerHome = join(home, 'node');
  const at = ['--home', ledgerHome];
  assert.equal((await run('server', home, ['init', ...at])).code, 0);
  const key = (await run('server', home, ['apikey', 'add', 'ops', '--role', 'admin', ...at])).stdout.trim();
  const first = await startNode(t, home, { args: [...at, '--max-peers', '7'] });
  const body = JSON.stringify({ level: 'warn' });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const set = await fetch(`${first.url}/v1/admin/log-level`, { method: 'POST', headers, body });
  assert.equal(set.status, 200);
  assert.equal((await fetch(`${first.url}/v1/admin/bans`)).status, 401);
  first.process.kill('SIGTERM');
  assert.equal(await first.ended(), 0);
  const second = await startNode(t, home, { args: [...at, '--max-peers', '9'] });
  second.process.kill('SIGTERM');
  await second.ended();

  const file = join(ledgerHome, 'audit.jsonl');
  const text = readFileSync(file, 'utf8');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  assert.deepEqual(
    lines.map(({ event }) => event),
    ['keys_made', 'node_started', 'admin_call', 'admin_refused', 'node_stopped', 'node_started', 'node_stopped'],
  );
  const [made, started, call, refused, , again] = lines;
  assert.deepEqual(Object.keys(made!.about).sort(), ['node', 'validator', 'vrf']);
  assert.deepEqual(Object.keys(started!.about.keys as object).sort(), ['faucet', 'node', 'validator', 'vrf']);
  assert.match((started!.about.settings as Record<string, string>).api_keys!, /^ops \(admin, [0-9a-f]{8}\)$/);
  assert.deepEqual(call!.about, { key: 'ops', call: 'POST /v1/admin/log-level', asked: { level: 'warn' } });
  assert.deepEqual([refused!.about.call, refused!.about.code], ['GET /v1/admin/bans', 'api_key_needed']);
  const changed = again!.about.changed as Record<string, unknown>;
  assert.deepEqual(changed.maxPeers, { from: '7', to: '9' });
  assert.ok(!text.includes(key), 'no key stands in the log');

  const ok = await run('server', home, ['audit', 'verify', ...at]);
  assert.equal(ok.code, 0, ok.stderr);
  const last = lines.at(-1)!;
  assert.ok(ok.stdout.startsWith('ok: 7 entries.') && ok.stdout.includes(`${last.n}:${last.hash}`), ok.stdout);
  const noted = `${call!.n}:${call!.hash}`;
  assert.equal((await run('server', home, ['audit', 'verify', '--holds', noted, ...at])).code, 0);

  writeFileSync(file, text.split('\n').slice(0, 2).join('\n').concat('\n'));
  const cut = await run('server', home, ['audit', 'verify', '--holds', noted, ...at]);
  assert.equal(cut.code, 3);
  assert.match(cut.stderr, /is not in the log, which has entries 1 to 2/);
  writeFileSync(file, text.replace('"level":"warn"', '"level":"info"'));
  const broken = await run('server', home, ['audit', 'verify', ...at]);
  assert.equal(broken.code, 3);
  assert.match(broken.stderr, /^error: Line 3 of audit\.jsonl: its hash does not belong to it\./);
});

const linesOf = (nodeHome: string): readonly Line[] =>
  readFileSync(join(nodeHome, 'audit.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

test('keys that a start makes stand in the log, and a second start makes none', async (t) => {
  const home = temporaryHome(t);
  const nodeHome = join(home, 'node');
  for (let starts = 0; starts < 2; starts += 1) {
    const node = await startNode(t, home, { args: ['--home', nodeHome] });
    node.process.kill('SIGTERM');
    assert.equal(await node.ended(), 0);
  }
  const lines = linesOf(nodeHome);
  assert.deepEqual(
    lines.map(({ event }) => event),
    ['node_started', 'keys_made', 'node_stopped', 'node_started', 'node_stopped'],
  );
  const { faucet: _, ...keys } = lines[0]!.about.keys as Record<string, string>;
  assert.deepEqual(lines[1]!.about, keys);
});

test('no key is made without a line about it, and what was cut off is done again', async (t) => {
  const home = temporaryHome(t);
  const draft = join(home, 'draft.json');
  const made = await run('server', home, [
    'genesis',
    'new',
    draft,
    '--name',
    'trade',
    '--start',
    '2027-01-31T12:00:00Z',
  ]);
  assert.equal(made.code, 0, made.stderr);
  const owner = encodeAddress('sl', createSigner(new Uint8Array(32).fill(7)).publicKey);
  for (const command of [
    ['keygen'],
    ['init'],
    ['genesis', 'join', draft, '--name', 'acme', '--owner', owner, '--stake', '5'],
  ]) {
    const nodeHome = join(home, command[0]!);
    const log = join(nodeHome, 'audit.jsonl');
    mkdirSync(log, { recursive: true });
    const refused = await run('server', home, [...command, '--home', nodeHome]);
    assert.equal(refused.code, 1, refused.stdout);
    assert.match(refused.stderr, /The audit log .*cannot be written/);
    rmSync(log, { recursive: true });
    const again = await run('server', home, [...command, '--home', nodeHome]);
    assert.equal(again.code, 0, again.stderr);
    const [line] = linesOf(nodeHome);
    assert.equal(line!.event, 'keys_made');
    assert.equal(line!.about.validator, readPublicKey(join(nodeHome, 'keys'), 'validator'), command.join(' '));
  }
});

test('keys that sign a card for a genesis stand in the log', async (t) => {
  const home = temporaryHome(t);
  const draft = join(home, 'draft.json');
  const nodeHome = join(home, 'acme');
  const succeed = async (...args: string[]): Promise<string> => {
    const { code, stderr, stdout } = await run('server', home, args);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  await succeed('genesis', 'new', draft, '--name', 'trade', '--start', '2027-01-31T12:00:00Z');
  const owner = encodeAddress('sl', createSigner(new Uint8Array(32).fill(7)).publicKey);
  const joining = ['genesis', 'join', draft, '--home', nodeHome, '--name', 'acme', '--owner', owner, '--stake', '5'];
  const card = await succeed(...joining);
  await succeed(...joining);
  const lines = linesOf(nodeHome);
  assert.deepEqual(
    lines.map(({ event }) => event),
    ['keys_made', 'keys_used', 'keys_used'],
  );
  assert.ok(card.includes(String(lines[0]!.about.validator)), card);
  for (const { about } of lines.slice(1)) {
    assert.deepEqual(about, { ...lines[0]!.about, signed: 'genesis card', genesis: 'trade' });
  }
  await succeed('audit', 'verify', '--home', nodeHome);
});
