/** One program pays the same again through another node, one that is behind: it is paid again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../client/http/client.js';
import { walletOf } from '../../client/wallet.js';
import { toAmount } from '../../ledger/values/numbers.js';
import { until } from '../hang-guard.js';
import { accountIn, startServer, temporaryDirectory } from './nodes.js';

const p2p = { enableP2P: true, listenAddr: '127.0.0.1', p2pPort: 0 } as const;

test('a payment that is like one of before is another one, also through a node that has not heard of that one', async (t) => {
  const home = temporaryDirectory(t);
  const ahead = await startServer(t, { home }, p2p);
  const behind = await startServer(t, { home: temporaryDirectory(t), genesis: ahead.api!.genesis }, p2p);
  const treasury = accountIn(home, 'treasury');
  const shop = accountIn(home, 'shop').address;
  const [first, second] = [ahead, behind].map((server) => createClient({ url: `http://127.0.0.1:${server.httpPort}` }));
  const { balance: held } = await first!.account(shop);
  const same = { type: 'transfer', outputs: [{ to: shop, amount: toAmount(5) }] } as const;

  const paid = await walletOf(first!, treasury).send(same);
  const paidAgain = walletOf(second!, treasury).send(same);
  await until('the node behind has the second', () => behind.api!.status().pending_transactions > 0);
  assert.equal(behind.api!.status().final.index, 0);
  await behind.connectToPeer(`127.0.0.1:${ahead.p2pPort}`);
  assert.notEqual((await paidAgain).answer.id, paid.answer.id);
  assert.equal((await second!.account(shop)).balance, held + 10);
});
