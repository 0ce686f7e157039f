/** Links between simulated machines, as connections between real ones are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHeight } from '../../ledger/values/numbers.js';
import type { ReplicaMessage } from '../../server/replica/ports.js';
import { createEventQueue } from '../../server/simulator/event-queue.js';
import { createRandom } from '../../server/simulator/random.js';
import { createSimulation } from '../../server/simulator/simulation.js';
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

test('what a process asked before it ended is not answered to the next one, also by one that paused meanwhile', () => {
  for (const pauses of [false, true]) {
    const simulation = createSimulation({ seed: 1, stakes: [100, 100, 100, 100] });
    simulation.run(5_000);
    const [asker, other] = [simulation.nodes[0]!, simulation.nodes[1]!];
    const answers = (): number => simulation.network.counts.sentByType.get('blocks') ?? 0;
    const question: ReplicaMessage = { type: 'get_blocks', id: 1, from_index: toHeight(1), count: 1 };
    const before = answers();
    other.deliver(asker.index, question, asker.processes());
    assert.equal(answers(), before + 1, 'of a process that lives');
    const ended = asker.processes();
    if (pauses) {
      other.pause();
      other.deliver(asker.index, question, ended);
    }
    asker.crash();
    asker.boot();
    const sofar = answers();
    if (pauses) other.resume();
    else other.deliver(asker.index, question, ended);
    assert.equal(answers(), sofar);
  }
});
