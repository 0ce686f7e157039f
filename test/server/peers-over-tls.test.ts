/** Whole nodes that talk TLS: joining, following, paying; and one that does not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { hangGuardMs } from '../hang-guard.js';
import { accountIn, payment, startServer, temporaryDirectory } from './nodes.js';

const p2p = { enableP2P: true, listenAddr: '127.0.0.1', p2pPort: 0 } as const;

test('a node joins over TLS, and what is paid on one node is final on the other', async (t) => {
  const home = temporaryDirectory(t);
  const first = await startServer(t, { home, slotDurationMs: 250 }, { ...p2p, tls: true });
  const bootstrapPeers = [`127.0.0.1:${first.p2pPort}`];
  const second = await startServer(t, { home: temporaryDirectory(t) }, { ...p2p, tls: true, bootstrapPeers });
  assert.equal(second.api!.chain, first.api!.chain);
  if (second.getPeerCount() === 0) await once(second, 'peer', { signal: AbortSignal.timeout(hangGuardMs) });
  const heard = once(second, 'final', { signal: AbortSignal.timeout(hangGuardMs) });
  const shop = accountIn(home, 'shop').address;
  const outcome = await second.submitTransaction(payment(first, accountIn(home, 'treasury'), shop, 5, 0));
  assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
  await heard;
  assert.equal(second.getBalance('shop'), 5);

  const plain = startServer(t, { home: temporaryDirectory(t) }, { ...p2p, bootstrapPeers });
  await assert.rejects(plain, (error: Error & { code?: string }) => {
    assert.equal(error.code, 'GENESIS_NOT_FOUND');
    assert.match(error.message, /this node speaks TLS only: start yours with --tls/);
    return true;
  });
});
