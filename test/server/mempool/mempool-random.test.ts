import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { applyTransaction } from '../../../ledger/apply-transaction.js';
import { createOverlay } from '../../../ledger/overlay.js';
import { readAccount, readNonce } from '../../../ledger/state-keys.js';
import { toSlot } from '../../../ledger/values/numbers.js';
import type { Transaction, TransactionId } from '../../../ledger/values/transaction.js';
import { person } from '../../ledger/test-chain.js';
import { makePool } from './pool.js';

/** A small generator, so that a seed replays a run. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const names = ['ann', 'bob', 'carl', 'dora'] as const;
const limits = { maxTransactions: 12, maxBytes: 8_000, maxPerAccount: 6, maxNonceGap: 4, maxRemembered: 10_000 };

function runOnce(seed: number): { readonly accepted: number; readonly final: number } {
  const pick = random(seed);
  const balances = { ann: 5_000, bob: 900, carl: 5_000, dora: 60 };
  const { chain, pool, add, idOf, kept } = makePool(limits, { balances });
  const accepted = new Set<TransactionId>();
  const final = new Set<TransactionId>();
  let slot = 1;

  const submit = (): void => {
    const name = names[pick(names.length)]!;
    const lane = pick(3) === 0 ? 1 : undefined;
    const next = chain.sign(name, { type: 'unstake', amount: 1 as never, ...(lane && { lane }) }).nonce;
    const one = chain.sign(name, {
      type: 'transfer',
      outputs: Array.from({ length: 1 + pick(4) }, () => ({
        to: person(names[pick(names.length)]!).address,
        amount: (1 + pick(40)) as never,
      })),
      nonce: next + pick(6),
      fee: 1 + pick(30),
      ...(lane && { lane }),
      ...(pick(4) === 0 ? { expires_slot: (slot + pick(5)) as never } : {}),
    });
    const outcome = add(one, slot);
    if (outcome.kind === 'accepted') accepted.add(idOf(one));
    else assert.equal(pool.has(idOf(one)), false);
  };

  const makeBlock = (): void => {
    const block = [...pool.candidates()].slice(0, 1 + pick(5));
    if (block.length > 0) {
      const draft = chain.draft(slot, block);
      assert.ok(draft !== undefined);
      chain.take(draft);
      for (const one of draft.block.transactions) final.add(idOf(one));
      pool.forgetFinal(draft.block.transactions);
    }
    slot += 1;
    pool.sweep(toSlot(slot));
  };

  const check = (): void => {
    const { count, ready, bytes } = pool.summary();
    assert.ok(count <= limits.maxTransactions && bytes <= limits.maxBytes);
    const { items } = pool.page(1000, -1);
    assert.equal(items.length, count);
    assert.deepEqual(new Set(items.map(idOf)), new Set(kept.keys()), 'what waits is what is kept on disk');
    for (const name of names) {
      const own = items.filter(({ from }) => from === person(name).address);
      assert.ok(own.length <= limits.maxPerAccount);
      const promised = own.reduce((sum, one) => sum + costOf(one), 0);
      assert.ok(promised <= readAccount(chain.state, person(name).address).balance, `${name} promises what it has`);
    }
    for (const id of accepted)
      assert.ok(pool.has(id) || final.has(id) || pool.dropped(id) !== undefined, `${id} is lost`);
    const offered = [...pool.candidates()];
    assert.equal(ready, offered.length);
    assert.deepEqual(offered.map(idOf), inOrderSlowly(items).map(idOf));
    const overlay = createOverlay(chain.state);
    for (const one of offered) {
      const applied = applyTransaction(chain.context, overlay, one, { slot: toSlot(slot) });
      assert.ok(applied.ok, JSON.stringify(applied));
    }
  };

  /** The best of all that is next in its lane, again and again. */
  function inOrderSlowly(arrived: readonly Transaction[]): Transaction[] {
    const nextByLane = new Map<string, number>();
    const laneOf = ({ from, lane }: Transaction): string => `${from}/${lane ?? 0}`;
    for (const one of arrived) nextByLane.set(laneOf(one), readNonce(readAccount(chain.state, one.from), one.lane));
    const order: Transaction[] = [];
    for (;;) {
      let best: Transaction | undefined;
      for (const one of arrived) {
        if (one.nonce === nextByLane.get(laneOf(one)) && one.fee > (best?.fee ?? -1)) best = one;
      }
      if (best === undefined) return order;
      nextByLane.set(laneOf(best), best.nonce + 1);
      order.push(best);
    }
  }

  for (let step = 0; step < 120; step += 1) {
    if (pick(6) === 0) makeBlock();
    else submit();
    check();
  }
  return { accepted: accepted.size, final: final.size };
}

function costOf(one: Transaction): number {
  assert.equal(one.type, 'transfer');
  return one.type === 'transfer' ? one.outputs.reduce((sum, { amount }) => sum + amount, one.fee as number) : 0;
}

test('at random: limits hold, nothing accepted is lost, and all that is offered applies', (t) => {
  let accepted = 0;
  let final = 0;
  for (let run = 0; run < 12; run += 1) {
    const seed = randomInt(2 ** 31);
    t.diagnostic(`seed ${seed}`);
    try {
      const counts = runOnce(seed);
      accepted += counts.accepted;
      final += counts.final;
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
  assert.ok(accepted > 120 && final > 36, 'the runs were about something');
});
