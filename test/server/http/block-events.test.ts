import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transactionId } from '../../../ledger/values/identity.js';
import { blockEvents } from '../../../server/http/events/block-events.js';
import { TestChain } from '../../ledger/test-chain.js';

test('an event that is kept holds on to nothing but its own bytes, which are the same each time', () => {
  const chain = new TestChain();
  const { block } = chain.draft(3, [chain.pay('ann', 'bob', 7), chain.pay('bob', 'ann', 5)])!;
  const ids = block.transactions.map((transaction) => transactionId(chain.context.crypto, transaction));
  const events = blockEvents(block, ids, 16);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['final', 'transaction', 'transaction'],
  );
  for (const [n, event] of events.entries()) {
    const bytes = event.bytes();
    assert.equal(bytes.buffer.byteLength, bytes.length);
    assert.equal(event.bytes(), bytes);
    const [, data = ''] = /^id: \d+\.\d+\nevent: \w+\ndata: (.*)\n\n$/.exec(bytes.toString()) ?? [];
    assert.equal(JSON.parse(data).index, block.index);
    if (n > 0) assert.deepEqual(JSON.parse(data).transaction, block.transactions[n - 1]);
  }
});
