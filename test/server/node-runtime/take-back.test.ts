import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSlot } from '../../../ledger/values/numbers.js';
import { createSignatureThreads } from '../../../server/crypto/signature-threads.js';
import { createKnownSignatures } from '../../../server/node-runtime/known-signatures.js';
import { createSignatureGate } from '../../../server/node-runtime/signature-gate.js';
import { takeBack } from '../../../server/node-runtime/take-back.js';
import { makePool } from '../mempool/pool.js';

const count = 1_500;

function waiting() {
  const { chain, kept, idOf, reopen } = makePool();
  for (let nonce = 0; nonce < count; nonce += 1) {
    const one = chain.pay('ann', 'bob', 1, { nonce });
    kept.set(idOf(one), one);
  }
  const pool = reopen();
  const threads = createSignatureThreads(0);
  const gate = createSignatureGate({ threads, known: createKnownSignatures(), idOf, prefix: 'sl' });
  const recover = (some: Parameters<typeof takeBack>[0]) => pool.recover(toSlot(1), some);
  const log = { warn: assert.fail };
  return { kept: [...kept.values()], pool, parts: { gate, recover, log } };
}

test('what waited comes back a few in a turn of the event loop, in order, also where no thread checks signatures', async () => {
  const { kept, pool, parts } = waiting();
  const sizes: number[] = [];
  let ends = false;
  const look = (): void => {
    sizes.push(pool.summary().count);
    if (!ends) setImmediate(look);
  };
  setImmediate(look);
  await takeBack(kept, { ...parts, goOn: () => {} });
  ends = true;
  sizes.push(pool.summary().count);
  assert.deepEqual([...pool.candidates()], kept);
  const steps = sizes.map((size, at) => size - (sizes[at - 1] ?? 0));
  assert.ok(Math.max(...steps) <= 512, `${sizes}`);
});

test('a start that is to end takes no more back', async () => {
  const { kept, pool, parts } = waiting();
  let turns = 0;
  const goOn = (): void => {
    turns += 1;
    if (turns === 2) throw new Error('it ends');
  };
  await assert.rejects(takeBack(kept, { ...parts, goOn }), /it ends/);
  assert.equal(pool.summary().count, 512);
});
