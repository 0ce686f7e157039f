/** Users are told what is on disk before the node's own thread hears of it: what of admission looks there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOverlay, type Overlay } from '../../../ledger/overlay.js';
import { toSlot } from '../../../ledger/values/numbers.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { createAdmissionState } from '../../../server/node-runtime/admission-state.js';
import { person, TestChain } from '../../ledger/test-chain.js';

/** Bob has nothing in the state that the thread was told, and a thousand on disk, where it is newer. */
function makeWorld({ isNewer = true } = {}) {
  const chain = new TestChain({ balances: { ann: 1_000_000 } });
  const told = chain.state;
  const onDisk: Overlay = createOverlay(told);
  if (isNewer) {
    const executed = chain.execute(chain.draft(3, [chain.pay('ann', 'bob', 1_000)])!.block);
    assert.ok(executed.ok);
    onDisk.absorb(executed.value.changes);
  }
  let looks = 0;
  const admission = createAdmissionState(chain.context, told, () => {
    looks += 1;
    return isNewer ? onDisk : undefined;
  });
  return {
    chain,
    covers: admission.covers,
    looks: () => looks,
    refusal(transaction: Transaction): string | undefined {
      const checked = admission.check(transaction, toSlot(5));
      return checked.ok ? undefined : checked.problem.code;
    },
  };
}

test('money that came with a block on disk can be spent', () => {
  const { chain, covers, refusal } = makeWorld();
  assert.equal(refusal(chain.pay('bob', 'ann', 100)), undefined);
  assert.equal(refusal(chain.pay('bob', 'ann', 2_000)), 'balance_too_low');
  assert.equal(covers(person('bob').address, 1_000), true);
  assert.equal(covers(person('bob').address, 1_001), false);
});

test('where nothing newer is on disk a refusal stands', () => {
  const { chain, covers, refusal, looks } = makeWorld({ isNewer: false });
  assert.equal(refusal(chain.pay('bob', 'ann', 100)), 'balance_too_low');
  assert.equal(covers(person('bob').address, 1), false);
  assert.equal(looks(), 2);
});

test('what is taken, and what no newer state can lift, costs no look at the disk', () => {
  const { chain, covers, refusal, looks } = makeWorld();
  assert.equal(refusal(chain.pay('ann', 'bob', 1)), undefined);
  assert.equal(refusal(chain.pay('ann', 'bob', 1, { nonce: 7 })), 'nonce_too_high');
  const forged = { ...chain.pay('ann', 'bob', 1), signature: `0x${'0'.repeat(128)}` } as const;
  assert.equal(refusal(forged), 'bad_signature');
  assert.equal(refusal(chain.pay('ann', 'bob', 1, { fee: 0 })), 'fee_too_low');
  chain.add(3, [chain.pay('ann', 'bob', 1)]);
  assert.equal(refusal(chain.pay('ann', 'bob', 1, { nonce: 0 })), 'nonce_too_low');
  assert.equal(covers(person('ann').address, 1_000), true);
  assert.equal(looks(), 0);
});
