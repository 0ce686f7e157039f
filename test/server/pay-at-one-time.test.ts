/** One program, or several with one key, pay many at one time: each payment is made, and made once. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createClient } from '../../client/http/client.js';
import { walletOf } from '../../client/wallet.js';
import { toAmount } from '../../ledger/values/numbers.js';
import { hangGuardMs } from '../hang-guard.js';
import { accountIn, startServer, temporaryDirectory } from './nodes.js';

test('twenty payments that are sent at one time from one account are all made', async (t) => {
  const home = temporaryDirectory(t);
  const server = await startServer(t, { home });
  const client = createClient({ url: `http://127.0.0.1:${server.httpPort}` });
  const shop = accountIn(home, 'shop').address;
  const wallet = walletOf(client, accountIn(home, 'treasury'));
  const intent = { type: 'transfer', outputs: [{ to: shop, amount: toAmount(5) }] } as const;
  const stop = new AbortController();
  const sent = Array.from({ length: 20 }, (_, order) => wallet.send(intent, { memo: `order ${order}` }));
  const given = wallet.send(intent, { signal: stop.signal });
  stop.abort(new Error('never mind'));
  await assert.rejects(given, { message: 'never mind' });
  const nonces = (await Promise.all(sent)).map(({ transaction }) => transaction.nonce);
  assert.deepEqual(new Set(nonces).size, 20);
  assert.equal((await client.account(shop)).balance, 100);
});

test('three programs with one key, each with five payments at one time, make them all', async (t) => {
  const home = temporaryDirectory(t);
  const server = await startServer(t, { home });
  const moduleAt = (path: string): string => JSON.stringify(new URL(path, import.meta.url));
  const program = (name: string): string => `
    import { createClient, walletOf } from ${moduleAt('../../client/index.js')};
    import { accountIn } from ${moduleAt('./nodes.js')};
    const home = ${JSON.stringify(home)};
    const wallet = walletOf(createClient({ url: 'http://127.0.0.1:${server.httpPort}' }), accountIn(home, 'treasury'));
    const intent = { type: 'transfer', outputs: [{ to: accountIn(home, 'shop').address, amount: 5 }] };
    await Promise.all([1, 2, 3, 4, 5].map((order) => wallet.send(intent, { memo: '${name} ' + order })));
  `;
  const run = (name: string): Promise<unknown> =>
    promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program(name)], { timeout: hangGuardMs });
  await Promise.all(['a', 'b', 'c'].map(run));
  assert.equal(server.getBalance('shop'), 75);
});
