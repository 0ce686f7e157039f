/** Links between simulated machines, as connections between real ones are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplicaMessage } from '../../server/replica/ports.js';
import { createEventQueue } from '../../server/simulator/event-queue.js';
import { createRandom } from '../../server/simulator/random.js';
import { createVirtualNetwork } from '../../server/simulator/virtual-network.js';

const message: ReplicaMessage = { type: 'blocks', id: 1, blocks: [], finality: [] };

test('what is on its way to a process that ends reaches no later one', () => {
  const queue = createEventQueue();
  const arrived: string[] = [];
  let processes = 1;
  const deliver = (to: number, from: number): void => void arrived.push(`${from} to ${to}`);
  const network = createVirtualNetwork(queue, createRandom(1), deliver, (node) => (node === 1 ? processes : 1));
  network.send(0, 1, message);
  network.send(0, 2, message);
  processes += 1;
  network.send(2, 1, message);
  while (queue.runOne(1_000_000));
  assert.deepEqual(arrived.sort(), ['0 to 2', '2 to 1']);
  assert.equal(network.counts.cut, 1);
});
