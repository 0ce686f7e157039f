import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Block } from '../../../ledger/values/block.js';
import { toHeight } from '../../../ledger/values/numbers.js';
import { err, ok } from '../../../ledger/values/result.js';
import { encodeLine } from '../../../server/p2p/encode-line.js';
import type { PeerNetworkOptions } from '../../../server/p2p/peer-network.js';
import type { Clock } from '../../../server/replica/ports.js';
import { createSync } from '../../../server/sync/sync.js';
import type { Sync } from '../../../server/sync/sync-interface.js';
import { until } from '../../hang-guard.js';
import {
  at,
  blocksUpTo,
  clock,
  handClock,
  hashOf,
  keyOf,
  pageOf,
  startNode,
  stopAll,
  type TestNode,
} from './fixture.js';
import { destroyRawPeers, raw } from './raw-peer.js';

const chain = blocksUpTo(400);
const syncs: Sync[] = [];

afterEach(async () => {
  for (const sync of syncs.splice(0)) sync.stop();
  destroyRawPeers();
  await stopAll();
});

interface SyncingNode {
  readonly node: TestNode;
  readonly sync: Sync;
  /** In order: heads that it was told of by pings and pongs, by their index, and what it asked for. */
  readonly told: (number | 'get_blocks')[];
  blocks: Block[];
}

/** A node whose replica does one thing: it serves final blocks and follows those of others. */
async function startSyncing(
  seed: number,
  blocks: readonly Block[],
  bootstrap: readonly TestNode[],
  syncClock: Clock = clock,
): Promise<SyncingNode> {
  const self = { blocks: [...blocks], told: [] as SyncingNode['told'] } as SyncingNode;
  const options: Partial<PeerNetworkOptions> = {
    bootstrap: bootstrap.map(at),
    answers: {
      head: () => ({ final_index: tip(), final_hash: self.blocks.at(-1)?.hash ?? hashOf(0), epoch: 0, view: 1 }),
      genesis: () => assert.fail(),
      page: (from, count) => pageOf(self.blocks, from, Math.min(count, 30)),
      blockByHash: () => undefined,
    },
    receive(peer, message) {
      if (message.type === 'get_blocks') {
        const page = pageOf(self.blocks, message.from_index, Math.min(message.count, 30));
        self.node.network.send(peer, { type: 'blocks', id: message.id, ...page });
      } else if (message.type === 'ping' || message.type === 'pong') {
        self.told.push(message.head.final_index);
        self.sync?.onHead(peer, message.head);
      } else if (message.type === 'blocks') {
        self.sync.onBlocks(peer, message.id, message);
      }
      return { relay: false, peer: 'fine' };
    },
    onPeer: (peer, head) => self.sync?.onHead(peer, head),
    onPeerGone: (peer) => self.sync?.onPeerGone(peer),
  };
  const tip = () => toHeight(self.blocks.length - 1);
  const node = await startNode(seed, options);
  let id = 0;
  const sync = createSync({
    clock: syncClock,
    network: {
      ...node.network,
      send(peer, message) {
        if (message.type === 'get_blocks') self.told.push(message.type);
        node.network.send(peer, message);
      },
    },
    finalIndex: tip,
    follow: () => 'no run here is too long for a page',
    apply: (page) => {
      const false_ = page.blocks.find((block) => block.hash !== chain[block.index]?.hash);
      if (false_) return err(`block ${false_.index} is not final`);
      self.blocks.push(...page.blocks);
      return ok(tip());
    },
    blame: (peer, verdict, reason) => node.network.blame(peer, verdict, reason),
    nextId: () => {
      id += 1;
      return id;
    },
  });
  syncs.push(sync);
  return Object.assign(self, { node, sync });
}

test('a fresh node syncs over TCP although one of its peers lies, and the liar is banned', async () => {
  const honest = await startSyncing(1, chain, []);
  const forged = chain.map((block) => ({
    ...block,
    hash: hashOf(9_000 + block.index),
    prev_hash: hashOf(8_999 + block.index),
  }));
  const liar = await startSyncing(2, forged, []);
  const fresh = await startSyncing(3, chain.slice(0, 1), [liar.node, honest.node]);
  await until('synced', () => fresh.blocks.length === chain.length);
  await until('banned', () => fresh.node.network.stats().bannedPeers === 1);
  assert.deepEqual(fresh.blocks, chain);
  assert.ok(fresh.node.network.peerViews().every((view) => view.node === honest.node.key));
  assert.match(JSON.stringify(liar.node.log), /block \d+ is not final/);
});

test('a node that missed something notices by a ping and gets it', async () => {
  const ahead = await startSyncing(1, chain.slice(0, 10), []);
  const behind = await startSyncing(2, chain.slice(0, 10), [ahead.node]);
  await until('connected', () => behind.node.network.peers().length === 1);
  ahead.blocks = [...chain];
  await until('caught up', () => behind.blocks.length === chain.length);
  const news = behind.told.indexOf(chain.length - 1);
  assert.equal(behind.told[news + 1], 'get_blocks', 'it asks at the first ping that tells of more');
});

const third = Math.ceil(5_000 / 3);

/** A node that has asked a peer for blocks, with another peer that has them too; its sync sees time pass by `time` alone. */
async function startAsking() {
  const time = handClock();
  const fresh = await startSyncing(3, chain.slice(0, 1), [], time);
  const silent = raw(fresh.node.port);
  await silent.prove(keyOf(4), { head: { final_index: 20, final_hash: chain[20]!.hash, epoch: 0, view: 1 } });
  const { id } = await silent.next('get_blocks');
  const honest = await startSyncing(1, chain.slice(0, 21), [fresh.node]);
  await until('the other is connected', () => fresh.node.network.peers().length === 2 && fresh.told.includes(20));
  const asked = (): number => fresh.told.filter((one) => one === 'get_blocks').length;
  return { time, fresh, silent, honest, asked, id: Number(id) };
}

test('what a peer that stays silent was asked for comes from another within the time for its answer', async () => {
  const { time, fresh, silent, asked } = await startAsking();
  time.pass(third - 1);
  assert.equal(asked(), 1);
  time.pass(1);
  await until('synced', () => fresh.blocks.length === 21);
  assert.equal(asked(), 2);
  assert.equal(silent.closed, false);
});

test('a long page that comes slowly is waited for while it grows, and taken where it ends first', async () => {
  const { time, fresh, silent, asked, id } = await startAsking();
  const line = encodeLine({ type: 'blocks', id, ...pageOf(chain, 1, 20) });
  const bytesIn = (): number => fresh.node.network.peerViews()[0]!.bytesIn;
  for (const part of [0, 1]) {
    const before = bytesIn();
    silent.write(line.subarray(part * 1_000, (part + 1) * 1_000));
    await until('a part has come', () => bytesIn() === before + 1_000);
    time.pass(third);
    assert.equal(asked(), 1);
  }
  silent.write(line.subarray(2_000));
  await until('synced', () => fresh.blocks.length === 21);
  assert.equal(asked(), 1);
});

test('an answer that comes when another peer has given it is no breach', async () => {
  const { time, fresh, silent, id } = await startAsking();
  time.pass(third);
  await until('synced', () => fresh.blocks.length === 21);
  silent.write(encodeLine({ type: 'blocks', id, ...pageOf(chain, 1, 20) }));
  silent.send({
    type: 'ping',
    id: 5,
    head: { final_index: 20, final_hash: chain[20]!.hash, epoch: 0, view: 1 },
    clock: 1,
  });
  await silent.next('pong');
  assert.equal(fresh.blocks.length, 21);
  const { violations, droppedPeers } = fresh.node.network.stats();
  assert.deepEqual([violations, droppedPeers], [0, 0]);
});
