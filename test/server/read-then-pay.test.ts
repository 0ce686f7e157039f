/** Whoever reads that money is final may spend it at once, also before the node's own thread has heard that it is on disk. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { accountFromSecret } from '../../client/account.js';
import { accountIn, payment, startServer, temporaryDirectory } from './nodes.js';

const accounts = 60;
/** Longer than a commit takes: within such a turn the disk gets ahead of what this thread was told. */
const turnMs = 8;

test('a balance that a read shows can be spent at once', async (t) => {
  const home = temporaryDirectory(t);
  const server = await startServer(t, { home });
  const treasury = accountIn(home, 'treasury');
  const shop = accountIn(home, 'shop').address;
  const api = server.api!;
  let ahead = 0;
  for (let n = 0; n < accounts; n += 1) {
    const account = accountFromSecret(createHash('sha256').update(`newcomer ${n}`).digest(), 'sl');
    const balance = (): number => {
      const found = api.queries.account(account.address);
      return (found !== 'pruned' && found.entry?.balance) || 0;
    };
    const paid = await server.submitTransaction(payment(server, treasury, account.address, 1000, n));
    assert.equal(paid.kind, 'accepted', JSON.stringify(paid));
    while (balance() === 0) {
      for (const start = performance.now(); balance() === 0 && performance.now() - start < turnMs; );
      if (balance() === 0) await nextTurn();
    }
    const told = api.status().final.index;
    if (api.queries.tip().index > told) ahead += 1;
    const spent = await server.submitTransaction(payment(server, account, shop, 100, 0));
    assert.equal(spent.kind, 'accepted', JSON.stringify(spent));
  }
  t.diagnostic(`${ahead} of ${accounts} were read before this thread had heard of them`);
  assert.ok(ahead > 0, 'the moment that this is about came about');
});
