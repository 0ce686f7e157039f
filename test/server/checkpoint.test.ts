/** Whole nodes with a checkpoint: one that lies on the chain, one that does not, and one that is not reached yet. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Height } from '../../ledger/values/numbers.js';
import type { Hash } from '../../ledger/values/text.js';
import { Server } from '../../server/server.js';
import { hangGuardMs } from '../hang-guard.js';
import { within } from '../network/node-process.js';
import { call } from './http/listening.js';
import { accountIn, payment, startServer, temporaryDirectory } from './nodes.js';

const p2p = { enableP2P: true, listenAddr: '127.0.0.1', p2pPort: 0 } as const;
const another: Hash = `0x${'ab'.repeat(32)}`;
const inTime = () => ({ signal: AbortSignal.timeout(hangGuardMs) });

test('a chain that does not contain the checkpoint is refused with a sentence, while syncing and at start', async (t) => {
  const home = temporaryDirectory(t);
  const first = await startServer(t, { home, slotDurationMs: 250 }, p2p);
  const shop = accountIn(home, 'shop').address;
  const waiting = once(first, 'final', inTime());
  await first.submitTransaction(payment(first, accountIn(home, 'treasury'), shop, 1, 0));
  await waiting;
  const { index, hash } = first.api!.status().final;
  const network = { ...p2p, bootstrapPeers: [`127.0.0.1:${first.p2pPort}`] };

  const right = await startServer(t, { home: temporaryDirectory(t), checkpoint: { index, hash } }, network);
  if (right.getBlockCount() <= index) await once(right, 'final', inTime());
  await within(hangGuardMs, 'it follows the chain', async () => right.api!.health().sync === undefined);

  const wrong = new Server({ home: temporaryDirectory(t), logLevel: 'silent', checkpoint: { index, hash: another } });
  t.after(() => wrong.stop());
  const failing = once(wrong, 'failed', inTime());
  await wrong.start(0, network);
  const [error] = (await failing) as [Error];
  assert.match(error.message, new RegExp(`Block ${index} of this chain is ${hash}, and --checkpoint says`));

  await first.stop();
  const again = new Server({ home, logLevel: 'silent', checkpoint: { index, hash: another } });
  await assert.rejects(again.start(0), { code: 'CHECKPOINT_MISSED' });
  const kept = await startServer(t, { home, checkpoint: { index, hash } });
  assert.equal(kept.getBlockCount(), index + 1);
});

test('[7-checkpoint] a validator put back to an older ledger signs nothing before it has the block of its checkpoint', async (t) => {
  const home = temporaryDirectory(t);
  let server = await startServer(t, { home, slotDurationMs: 250 }, p2p);
  const follower = await startServer(
    t,
    { home: temporaryDirectory(t) },
    { ...p2p, bootstrapPeers: [`127.0.0.1:${server.p2pPort}`] },
  );
  const pay = async (nonce: number): Promise<void> => {
    const final = once(server, 'final', inTime());
    await server.submitTransaction(
      payment(server, accountIn(home, 'treasury'), accountIn(home, 'shop').address, 1, nonce),
    );
    await final;
  };
  await pay(0);
  await server.stop();
  const files = ['', '-wal', '-shm'].map((end) => join(home, `ledger.db${end}`));
  for (const file of files.filter(existsSync)) cpSync(file, `${file}.older`);
  server = await startServer(t, { home }, { ...p2p, bootstrapPeers: [`127.0.0.1:${follower.p2pPort}`] });
  await pay(1);
  await pay(2);
  const { index, hash } = server.api!.status().final;
  await within(hangGuardMs, 'the other node has all', async () => follower.getBlockCount() === index + 1);
  await server.stop();
  for (const file of files) rmSync(file, { force: true });
  for (const file of files.filter((one) => existsSync(`${one}.older`))) renameSync(`${file}.older`, file);

  // Nobody to ask: it knows of later blocks, has none of them, and makes none of its own.
  const checkpoint = { index, hash };
  server = await startServer(t, { home, checkpoint });
  const outcome = await server.submitTransaction(
    payment(server, accountIn(home, 'treasury'), accountIn(home, 'shop').address, 1, 1),
  );
  assert.equal(outcome.kind, 'accepted');
  for (let slots = 0; slots < 4; slots += 1) await once(server, 'slot', inTime());
  assert.equal(server.getBlockCount(), index - 1);
  const because = `This node signs nothing before it has block ${index} of --checkpoint.`;
  assert.equal(server.api!.status().not_final_because, because);
  await server.stop();

  const network = { ...p2p, bootstrapPeers: [`127.0.0.1:${follower.p2pPort}`] };
  server = await startServer(t, { home, checkpoint }, network);
  await within(hangGuardMs, 'it has the block', async () => server.getBlockCount() > index);
  assert.equal(server.api!.queries.block(index)!.block.hash, hash);
  await pay(3);
  assert.equal(server.getBlockCount(), index + 2);
});

test('a node that has not reached its checkpoint is not ready', async (t) => {
  const checkpoint = { index: 1_000 as Height, hash: another };
  const server = await startServer(t, { home: temporaryDirectory(t), checkpoint });
  const { status, body } = await call(`http://127.0.0.1:${server.httpPort}/readyz`);
  assert.equal(status, 503);
  assert.match(body.checks.sync.detail, /has not reached block 1000 of --checkpoint/);
});
