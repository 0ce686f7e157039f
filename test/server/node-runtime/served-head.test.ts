/** A node tells its peers of blocks that it can serve: whoever says that it has a block and does not send it is dropped. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountFromSecret } from '../../../client/account.js';
import { toHeight } from '../../../ledger/values/numbers.js';
import { createSigner } from '../../../server/crypto/create-crypto.js';
import { servableHead } from '../../../server/replica/servable-head.js';
import { Server } from '../../../server/server.js';
import { dial, introduce } from '../../fuzz/peer-link.js';
import { until } from '../../hang-guard.js';
import { pay } from '../replica/chain-of-one.js';
import { cluster } from '../replica-cluster.js';

test('a block that is final and not on disk yet is not told of', () => {
  const { time, members, ...rest } = cluster(['v1']);
  const { replica, ledger } = members[0]!;
  time.runUntil(1_500);
  pay({ time, members, ...rest }, 0);
  time.runUntil(5_000, () => replica.head().final_index === 1);
  const before = servableHead(replica.head(), ledger);
  assert.deepEqual([before.final_index, ledger.page(toHeight(1), 1, 200_000).blocks.length], [0, 0]);
  assert.equal(before.final_hash, ledger.tip().hash);
  time.runUntil(5_000, () => ledger.tip().index === 1);
  assert.deepEqual(servableHead(replica.head(), ledger), replica.head());
});

test('what a node says in pings it sends when asked, at whatever moment', async (t) => {
  const server = new Server({ http: false, logLevel: 'silent' });
  await server.start(0, { enableP2P: true, listenAddr: '127.0.0.1', p2pPort: 0 });
  t.after(() => server.stop());
  const api = server.api!;
  const { address } = accountFromSecret(Buffer.alloc(32, 7), api.genesis.address_prefix);
  const told: number[] = [];
  const sent: number[] = [];
  const link = await dial(server.p2pPort!, (message, from) => {
    if (message.type === 'pong') {
      const { final_index } = message.head as { final_index: number };
      // Asked in the turn in which it is told of.
      if (final_index > (told.at(-1) ?? 0)) {
        told.push(final_index);
        void from.send({ type: 'get_blocks', id: final_index, from_index: final_index, count: 1 });
      }
    } else if (message.type === 'blocks' && (message.blocks as object[]).length > 0) {
      sent.push(message.id as number);
    } else if (message.type === 'blocks') {
      sent.push(-1);
    }
  });
  assert.ok(link !== undefined);
  t.after(() => link.cut());
  const head = { final_index: 0, final_hash: api.genesisHash, epoch: 0, view: 0 };
  const introduction = {
    chain: api.chain,
    genesisHash: api.genesisHash,
    node: createSigner(Buffer.alloc(32, 3)),
    head,
  };
  assert.ok(await introduce(link, { ...introduction, challenge: api.genesisHash }));
  let id = 0;
  for (let payment = 0; payment < 12; payment += 1) {
    const paid = await api.faucet!(address, 1);
    assert.ok(paid.kind === 'accepted');
    let final = false;
    void api.waitUntilFinal(paid.status.id, 60_000).then(() => {
      final = true;
    });
    await until('it is final', () => {
      id += 1;
      void link.send({ type: 'ping', id, clock: 0, head });
      return final;
    });
  }
  await until('all that was told of was asked for', () => sent.length === told.length && sent.length > 5);
  assert.deepEqual(sent, told);
});
