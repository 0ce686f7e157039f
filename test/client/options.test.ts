/** What a program gives the client by mistake is refused in one sentence that says what to do, and shows no secret. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { accountFromSecret, type Client, createClient, walletOf } from '../../client/index.js';
import { run, temporaryHome } from '../cli/programs.js';

const create = createClient as (options?: unknown) => Client;
const url = 'http://127.0.0.1:8080';

const refused: readonly (readonly [what: string, options: unknown, message: RegExp])[] = [
  ['nothing at all', undefined, /^createClient is told no node; name one, as in createClient\(\{ url: 'http/],
  ['no url', {}, /^createClient is told no node; name one/],
  ['an empty url', { url: '' }, /^createClient is told no node; name one/],
  ['a url without options around it', url, /^createClient takes its options as an object/],
  ['a word', { url: 'foo' }, /^The url "foo" is not an HTTP address; write it like http:\/\/127\.0\.0\.1:8080\.$/],
  ['a host without http', { url: 'localhost:8080' }, /^The url "localhost:8080" is not an HTTP address/],
  ['another scheme', { url: 'ftp://node.test' }, /is not an HTTP address/],
  ['a number', { url: 8080 }, /is not an HTTP address/],
  ['a password', { url: 'http://user:secret@node.test' }, /^The url has a user name or a password in it/],
  ['a password and no address', { url: 'user:secret@node.test' }, /^The url "…@node.test" is not an HTTP address/],
  ['a query', { url: 'http://node.test/?key=secret' }, /^The url goes on after its path/],
  ['time that is over', { url, timeoutMs: -1 }, /^timeoutMs is -1; give whole milliseconds from 1/],
  ['no time', { url, timeoutMs: 0 }, /^timeoutMs is 0/],
  ['time without end', { url, timeoutMs: Number.POSITIVE_INFINITY }, /^timeoutMs is Infinity/],
  ['time in words', { url, timeoutMs: '5s' }, /^timeoutMs is "5s"/],
  ['a key with a line end', { url, apiKey: 'secret\n' }, /^apiKey is not a key as/],
  ['an empty key', { url, apiKey: '' }, /^apiKey is not a key as/],
  ['a fetch that is none', { url, fetch: 'fetch' }, /^fetch is "fetch"; give a function/],
  ['a typing error', { url, timeout: 5 }, /^createClient knows no option "timeout"; it knows url, timeoutMs, /],
];

for (const [what, options, message] of refused) {
  test(`createClient refuses ${what}`, () => {
    assert.throws(
      () => create(options),
      (error) => {
        assert.ok(error instanceof TypeError);
        assert.match(error.message, message);
        assert.match(error.message, /^[^\n]*\.$/, 'one sentence');
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  });
}

test('a URL object names a node as its text does, and a path stays', () => {
  assert.equal(createClient({ url: new URL(url) }).url, url);
  assert.equal(createClient({ url: `${url}/` }).url, url);
  assert.equal(createClient({ url: 'https://gate.test/ledger/' }).url, 'https://gate.test/ledger');
});

test('what a transaction gets from its frame is refused in what is wanted, before anything is asked', async () => {
  const client = createClient({ url, fetch: () => assert.fail('nothing is to be asked') });
  const wallet = walletOf(client, accountFromSecret(new Uint8Array(32).fill(1), 'sl'));
  const paid = { type: 'transfer', outputs: [] };
  for (const [intent, message] of [
    [{ ...paid, nonce: 77 }, /^send knows no "nonce" of this transfer; it knows type, outputs\. Memo, lane, fee and/],
    [{ ...paid, fee: 1 }, /^send knows no "fee" of this transfer/],
    [
      { type: 'unstake', amount: 1, validator: {} },
      /^send knows no "validator" of this unstake; it knows type, amount\./,
    ],
    [{ type: 'toString' }, /^send takes what is wanted as an object; its type is transfer, stake, unstake\.$/],
    [{ outputs: [] }, /^send takes what is wanted as an object/],
    [undefined, /^send takes what is wanted as an object/],
    ['transfer', /^send takes what is wanted as an object/],
  ] as const) {
    await assert.rejects(wallet.send(intent as never), { name: 'TypeError', message });
    await assert.rejects(wallet.prepare(intent as never), { name: 'TypeError' });
  }
});

test('an option that is not known is refused where something is sent or waited for, before anything is asked', async () => {
  const client = createClient({ url, fetch: () => assert.fail('nothing is to be asked') });
  const wallet = walletOf(client, accountFromSecret(new Uint8Array(32).fill(1), 'sl'));
  const odd = { timeout: 5 } as object;
  const unknown = { name: 'TypeError', message: /knows no option "timeout"; it knows / };
  const intent = { type: 'transfer', outputs: [] } as const;
  await assert.rejects(client.sendAndWait({} as never, odd), unknown);
  await assert.rejects(client.waitUntilFinal('0x', odd), unknown);
  await assert.rejects(client.schedule(0, odd), unknown);
  await assert.rejects(wallet.send(intent, odd), unknown);
  await assert.rejects(wallet.prepare(intent, odd), unknown);
  await assert.rejects(client.sendAndWait({} as never, { timeoutMs: -1 }), /^TypeError: timeoutMs is -1/);
});

test('options of a wrong kind are refused where something is signed or heard, before anything is asked', async () => {
  const client = createClient({ url, fetch: () => assert.fail('nothing is to be asked') });
  const wallet = walletOf(client, accountFromSecret(new Uint8Array(32).fill(1), 'sl'));
  const intent = { type: 'transfer', outputs: [] } as const;
  const wrong: readonly (readonly [given: object, message: RegExp])[] = [
    [{ memo: null }, /^memo is null; give a text/],
    [{ memo: 5 }, /^memo is 5; give a text/],
    [{ memo: '\ud800' }, /^memo is .*; give a text without halves of characters/],
    [{ lane: 256 }, /^lane is 256; give a whole number from 0 to 255/],
    [{ lane: '1' }, /^lane is "1"/],
    [{ fee: 1.5 }, /^fee is 1\.5; give a whole number of the smallest unit/],
    [{ fee: -1 }, /^fee is -1/],
    [{ expiresInSlots: '600' }, /^expiresInSlots is "600"; give a whole number/],
    [{ expiresInSlots: null }, /^expiresInSlots is null/],
  ];
  for (const [given, message] of wrong) {
    await assert.rejects(wallet.send(intent, given), { name: 'TypeError', message });
    await assert.rejects(wallet.prepare(intent, given), { name: 'TypeError', message });
  }
  const types = 'final' as unknown as readonly ['final'];
  assert.throws(() => client.events({ types }), { name: 'TypeError', message: /^types is "final"; give a list/ });
});

test('https:// where plain HTTP is spoken is said in words', async (t) => {
  const server = createServer((_request, response) => response.end('{}'));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => server.close());
  const client = createClient({ url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` });
  await assert.rejects(client.status(), {
    name: 'NodeUnreachable',
    reason: 'it does not speak TLS: write http:// where a node has no certificate',
  });
});

test('the wallet refuses a password in --node without showing it', async (t) => {
  const outcome = await run('wallet', temporaryHome(t), ['balance', '--node', 'http://user:secret@127.0.0.1:1']);
  assert.equal(outcome.code, 2, outcome.stderr);
  assert.match(outcome.stderr, /^error: The url has a user name or a password in it/);
  assert.doesNotMatch(outcome.stderr, /secret/);
});

test('an empty SLOTLEDGER_NODE counts as unset', async (t) => {
  const home = temporaryHome(t);
  const outcome = await run('wallet', home, ['canonicalize', '-'], { stdin: '1', env: { SLOTLEDGER_NODE: '' } });
  assert.equal(outcome.code, 0, outcome.stderr);
});
