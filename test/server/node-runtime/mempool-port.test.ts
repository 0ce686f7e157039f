/** What of a batch may be proposed at once, and what is answered only when it is on disk. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSlot } from '../../../ledger/values/numbers.js';
import type { Transaction, TransactionId } from '../../../ledger/values/transaction.js';
import { createMempoolPort } from '../../../server/node-runtime/mempool-port.js';
import type { SignatureGate, Verdict } from '../../../server/node-runtime/signature-gate.js';
import { createSlices } from '../../../server/node-runtime/slices.js';
import type { Admission } from '../../../server/replica/ports.js';
import { makePool } from '../mempool/pool.js';

test('new transactions may be proposed while the disk works; the answer comes when they are on it', () => {
  const syncing: (() => void)[] = [];
  const { chain, pool, idOf } = makePool({}, {}, (stored) => void syncing.push(stored));
  const port = createMempoolPort({ pool, idOf, slotNow: () => toSlot(chain.slot + 1) });
  const [a, b] = [chain.pay('ann', 'bob', 1, { nonce: 0 }), chain.pay('ann', 'bob', 1, { nonce: 1 })];
  const stale = chain.pay('ann', 'bob', 1, { nonce: 500_000 });
  const said: string[] = [];
  let answers: readonly Admission[] = [];
  const hand = (transactions: readonly Transaction[]): void =>
    port.add(
      transactions,
      (admissions) => {
        said.push('answered');
        answers = admissions;
      },
      (fresh) => {
        said.push('taken');
        assert.deepEqual(fresh, [a, b]);
        assert.deepEqual([...port.candidates(chain.state)], [a, b]);
      },
    );
  hand([a, stale, b]);
  assert.deepEqual(said, ['taken']);
  // A second copy is not new, and waits for the same sync.
  hand([a]);
  assert.deepEqual(said, ['taken']);
  for (const stored of syncing) stored();
  assert.deepEqual(said, ['taken', 'answered', 'answered']);
  assert.deepEqual(answers, [{ kind: 'accepted', known: true }]);
});

test('what was found out of signatures is of no use for what does not wait: refused, or final already', () => {
  const { chain, pool, idOf } = makePool();
  const useless: TransactionId[] = [];
  const slotNow = () => toSlot(chain.slot + 1);
  const port = createMempoolPort({ pool, idOf, slotNow, onUseless: (ids) => useless.push(...ids) });
  const nobodyAsks = (): void => {};
  const [a, b] = [chain.pay('ann', 'bob', 1, { nonce: 0 }), chain.pay('ann', 'bob', 1, { nonce: 1 })];
  const stale = chain.pay('ann', 'bob', 1, { nonce: 500_000 });
  port.addCopies([a], nobodyAsks);
  port.addCopies([a], nobodyAsks);
  port.add([a, stale, b], nobodyAsks, nobodyAsks);
  assert.deepEqual(useless, [idOf(stale)]);
});

test('a copy that the threads found badly signed is not looked at, and says nothing of a good one', () => {
  const { chain, pool, idOf } = makePool();
  const useless: TransactionId[] = [];
  const verdicts: Verdict[] = ['bad', 'good'];
  const gate: SignatureGate = {
    ahead(_, __, then) {
      then(verdicts);
      return true;
    },
    close() {},
  };
  const slotNow = () => toSlot(chain.slot + 1);
  const port = createMempoolPort({ pool, gate, idOf, slotNow, onUseless: (ids) => useless.push(...ids) });
  const taken: Transaction[] = [];
  const copies = [chain.pay('ann', 'bob', 1), chain.pay('bob', 'ann', 1)];
  port.addCopies(copies, (fresh) => taken.push(...fresh));
  assert.deepEqual([taken, useless, pool.summary().count], [[copies[1]], [], 1]);
});

test('a batch goes into the pool over many turns: all of it before the next, told to the leader whole, and before it is answered', () => {
  const syncing: (() => void)[] = [];
  const { chain, pool, idOf } = makePool({}, {}, (stored) => void syncing.push(stored));
  let now = 0;
  const turns: (() => void)[] = [];
  const slices = createSlices(
    () => now++,
    (call) => void turns.push(call),
  );
  const port = createMempoolPort({ pool, slices, idOf, slotNow: () => toSlot(chain.slot + 1) });
  const batch = Array.from({ length: 300 }, (_, nonce) => chain.pay('ann', 'bob', 1, { nonce }));
  const copies = Array.from({ length: 100 }, (_, nonce) => chain.pay('bob', 'ann', 1, { nonce }));
  const last = chain.pay('ann', 'bob', 1, { nonce: 500_000 });
  const said: string[] = [];
  port.add(
    [...batch, last],
    (admissions) => said.push(`answered ${admissions.length}`),
    (fresh) => said.push(`taken ${fresh.length}`),
  );
  port.addCopies(copies, (fresh) => said.push(`copies ${fresh.length}`));
  const sizes: number[] = [];
  while (turns.length > 0) {
    sizes.push(pool.summary().count);
    // The disk keeps up, so that nothing but the last, which is refused, is left when its turn comes.
    for (const stored of syncing.splice(0)) stored();
    for (const turn of turns.splice(0)) turn();
  }
  assert.equal(pool.summary().count, 400);
  assert.deepEqual(said, ['taken 300', 'answered 301', 'copies 100']);
  for (const [at, size] of sizes.entries()) assert.ok(size - (sizes[at - 1] ?? 0) <= 128, `${sizes}`);
});
