/** Single blocks by hash: who has none is passed over at once, and nobody is asked for ever. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hash } from '../../../ledger/values/text.js';
import { createBlockFetcher } from '../../../server/replica/fetch-blocks.js';
import type { PeerId, ReplicaMessage } from '../../../server/replica/ports.js';
import { maxFetchAttempts, maxFetches } from '../../../server/replica/replica-limits.js';
import { VirtualTime } from '../replica-cluster.js';

const hash: Hash = `0x${'a'.repeat(64)}`;

function fetcherAmong(peers: readonly string[]) {
  const time = new VirtualTime();
  const asked: { peer: PeerId; id: number; hash: Hash }[] = [];
  let lastId = 0;
  const fetcher = createBlockFetcher({
    clock: time,
    network: {
      peers: () => peers as readonly PeerId[],
      send(peer: PeerId, message: ReplicaMessage) {
        assert.ok(message.type === 'get_block');
        asked.push({ peer, id: message.id, hash: message.hash });
      },
    },
    nextId: () => ++lastId,
    timeoutMs: 100,
  });
  return { time, asked, fetcher };
}

test('a peer that has no such block costs a round trip, not the time of an answer', () => {
  const { asked, fetcher } = fetcherAmong(['a', 'b', 'c']);
  fetcher.fetch(hash);
  fetcher.onNone(asked[0]!.id);
  fetcher.onNone(asked[1]!.id);
  assert.deepEqual(
    asked.map(({ peer }) => peer),
    ['a', 'b', 'c'],
  );
  assert.equal(fetcher.onBlock(hash), true);
  assert.equal(fetcher.onBlock(hash), false);
});

test('when nobody has it, the next round waits, and the last is bounded', () => {
  const { time, asked, fetcher } = fetcherAmong(['a', 'b']);
  fetcher.fetch(hash);
  for (let at = 0; at < 10; at += 1) fetcher.onNone(asked.at(-1)!.id);
  assert.equal(asked.length, 2);
  time.runUntil(100);
  assert.equal(asked.length, 3);
  time.runUntil(100 * (maxFetchAttempts + 1));
  assert.equal(asked.length, maxFetchAttempts);
  fetcher.fetch(hash);
  assert.equal(asked.length, maxFetchAttempts + 1);
});

test('an answer to another question moves nothing, and no more than so many are asked at one time', () => {
  const { asked, fetcher } = fetcherAmong(['a', 'b']);
  for (let at = 0; at < maxFetches + 5; at += 1) fetcher.fetch(`0x${at}`);
  assert.equal(asked.length, maxFetches);
  fetcher.onNone(1_000_000);
  assert.equal(asked.length, maxFetches);
  fetcher.stop();
});
