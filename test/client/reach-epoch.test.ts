/** The way to a later validator set ends, whatever the node does that is asked for it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { EpochLink } from '../../client/api-types.js';
import { clientCrypto } from '../../client/crypto.js';
import { type Client, createClient } from '../../client/http/client.js';
import { followEpochs } from '../../client/light/follow-epochs.js';
import { reachEpoch } from '../../client/light/reach-epoch.js';
import { certificateFor, chain, epochOf, headerOf, type TestEpoch } from './light-chain.js';

const epochs = [0, 1, 2, 5, 6].map((number) => epochOf(number, [1, 2, 3, 4]));
const trusted = epochs[0]!.entry;

function link(from: TestEpoch, to: TestEpoch, signers = 3): EpochLink {
  const { number, validators_hash, nonce } = to.entry;
  const header = headerOf(from, { next_epoch: { number, validators_hash, nonce } });
  return { header, certificate: certificateFor(header, from, signers), validators: to.entry.validators };
}

const links = epochs.slice(1).map((to, at) => link(epochs[at]!, to));
const numberOf = ({ header }: EpochLink): number => header.next_epoch!.number;

interface Answer {
  readonly status?: number;
  readonly body: unknown;
  readonly retryAfter?: string;
}

/** A node that gives these answers, whatever is asked. */
async function liar(t: TestContext, answer: (path: string) => Answer) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    const { status = 200, body, retryAfter } = answer(request.url!);
    if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    server.emit('answered');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const client: Client = createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return { client, asked, server };
}

/** In pages of `size`. */
const honest =
  (size: number) =>
  (path: string): Answer => {
    const after = Number(new URL(path, 'http://node').searchParams.get('after'));
    return { body: { items: links.filter((one) => numberOf(one) > after).slice(0, size) } };
  };

for (const size of [1, 3, 100]) {
  test(`each later set is reached in pages of ${size}, and its links lead there without a node`, async (t) => {
    const { client, asked } = await liar(t, honest(size));
    for (const { entry } of epochs) {
      const way: EpochLink[] = [];
      const reached = await reachEpoch(clientCrypto, chain, trusted, client, entry.number, undefined, (one) =>
        way.push(one),
      );
      assert.deepEqual(reached, { ok: true, value: entry });
      assert.deepEqual(followEpochs(clientCrypto, chain, trusted, way), reached);
    }
    assert.ok(
      asked.every((path) => /^\/v1\/proofs\/epochs\?limit=100&after=\d$/.test(path)),
      asked.join(),
    );
    const begun = await reachEpoch(clientCrypto, chain, epochs[2]!.entry, client, 6);
    assert.deepEqual(begun, { ok: true, value: epochs[4]!.entry });
  });
}

test('an epoch that was passed over, one that has not come and one that is over are not reached', async (t) => {
  const { client } = await liar(t, honest(2));
  const ask = async (number: number, from = trusted) => {
    const reached = await reachEpoch(clientCrypto, chain, from, client, number);
    assert.ok(!reached.ok);
    return reached.problem;
  };
  assert.equal(await ask(4), 'The chain has no blocks of epoch 4.');
  assert.match(await ask(7), /^The node at \S+ has not come to epoch 7: it knows none after 6\.$/);
  assert.equal(await ask(1, epochs[2]!.entry), 'Epoch 1 lies before epoch 2, which is trusted.');
});

test('a node that lies, goes round in circles or answers with anything is not followed', async (t) => {
  const weak = link(epochs[0]!, epochs[1]!, 2);
  const bodies: readonly unknown[] = [
    { items: [weak] },
    { items: [links[1]] },
    { items: [links[0], links[0]] },
    { items: [{ ...links[0], validators: [] }] },
    { items: [null] },
    { items: 'x' },
    { items: null },
    {},
    [],
    { items: [] },
  ];
  for (const body of bodies) {
    const { client, asked } = await liar(t, () => ({ body }));
    const reached = await reachEpoch(clientCrypto, chain, trusted, client, 6);
    assert.equal(reached.ok, false, JSON.stringify(body));
    assert.ok(asked.length <= 2, `asked ${asked.length} times`);
  }
});

test('a node that has no time is asked again, and given up after a minute; a signal ends it at once', async (t) => {
  let refusals = 2;
  const busy = await liar(t, (path) => {
    if (!path.startsWith('/v1/proofs/')) return { body: {} };
    refusals -= 1;
    return refusals >= 0 ? { status: 429, body: {}, retryAfter: '0' } : honest(1)(path);
  });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const way = reachEpoch(clientCrypto, chain, trusted, busy.client, 1);
  for (let n = 0; n < 2; n += 1) {
    await once(busy.server, 'answered');
    await pausing(busy.client);
    t.mock.timers.tick(1_000);
  }
  assert.deepEqual(await way, { ok: true, value: epochs[1]!.entry });

  const never = await liar(t, () => ({ status: 429, body: {}, retryAfter: '61' }));
  const given = await reachEpoch(clientCrypto, chain, trusted, never.client, 1);
  assert.ok(!given.ok);
  assert.match(given.problem, /^The node at \S+ had no time for 60 s on the way to epoch 1\.$/);
  assert.equal(never.asked.length, 1);

  const later = await liar(t, () => ({ status: 429, body: {}, retryAfter: '59' }));
  const stop = new AbortController();
  const stopped = reachEpoch(clientCrypto, chain, trusted, later.client, 1, stop.signal);
  stop.abort(new Error('enough'));
  await assert.rejects(stopped, /enough/);
});

/** Another answer has come and been read, so the one before it has been as well. */
async function pausing(client: Client): Promise<void> {
  await client.status().catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
}
