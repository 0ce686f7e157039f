import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transactionId } from '../../../ledger/values/identity.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import type { SignatureCheck } from '../../../server/crypto/signature-batch.js';
import type { SignatureThreads } from '../../../server/crypto/signature-threads.js';
import { createInOrder } from '../../../server/node-runtime/in-order.js';
import { createKnownSignatures } from '../../../server/node-runtime/known-signatures.js';
import { createSignatureGate, type Verdict } from '../../../server/node-runtime/signature-gate.js';
import { TestChain } from '../../ledger/test-chain.js';

const chain = new TestChain({ balances: { ann: 1_000_000, bob: 1_000 } });
const pay = (nonce: number): Transaction => chain.pay('ann', 'bob', 1, { nonce });
const forged = (nonce: number): Transaction => ({ ...pay(nonce), signature: `0x${'0'.repeat(128)}` });

/** One thread that answers when it is told to. */
function thread() {
  const taken: { checks: readonly SignatureCheck[]; done: (verdicts: Uint8Array | undefined) => void }[] = [];
  let count = 1;
  const threads: SignatureThreads = {
    get free() {
      return count > 0 && taken.length === 0;
    },
    get count() {
      return count;
    },
    check: (checks, done) => taken.push({ checks, done }),
    close: async () => {},
  };
  const good = ({ publicKey, message, signature }: SignatureCheck): boolean =>
    chain.context.crypto.verify(publicKey, message, signature);
  return {
    threads,
    sizes: () => taken.map(({ checks }) => checks.length),
    texts: () => taken.flatMap(({ checks }) => checks.map(({ message }) => message)),
    answer() {
      const { checks, done } = taken.shift()!;
      done(Uint8Array.from(checks, (one) => (good(one) ? 1 : 0)));
    },
    end() {
      count = 0;
      for (const { done } of taken.splice(0)) done(undefined);
    },
  };
}

function gateOver(threads: SignatureThreads) {
  const known = createKnownSignatures();
  let turn: (() => void)[] = [];
  const idOf = (one: Transaction) => transactionId(chain.context.crypto, one);
  const gate = createSignatureGate({ threads, known, idOf, prefix: 'sl', soon: (call) => turn.push(call) });
  const answers: (readonly Verdict[])[] = [];
  return {
    gate,
    known,
    idOf,
    answers,
    ask: (transactions: readonly Transaction[], urgent = false) =>
      gate.ahead(transactions, urgent, (verdicts) => answers.push(verdicts)),
    nextTurn() {
      const calls = turn;
      turn = [];
      for (const call of calls) call();
    },
  };
}

test('what one turn brings goes to a thread together, and good signatures are known afterwards', () => {
  const worker = thread();
  const { ask, nextTurn, answers, known, idOf } = gateOver(worker.threads);
  const batch = [pay(0), forged(1), pay(2)];
  ask(batch);
  ask([pay(3), pay(4), pay(5)]);
  nextTurn();
  assert.deepEqual(worker.sizes(), [6]);
  assert.deepEqual(answers, []);
  worker.answer();
  assert.deepEqual(answers, [
    ['good', 'bad', 'good'],
    ['good', 'good', 'good'],
  ]);
  assert.deepEqual(
    batch.map((one) => known.has(idOf(one), one.signature)),
    [true, false, true],
  );
});

test('a signature is checked once: what is known or under way is not sent again', () => {
  const worker = thread();
  const { ask, nextTurn, answers } = gateOver(worker.threads);
  const batch = [pay(0), pay(1), pay(2)];
  ask(batch);
  nextTurn();
  ask(batch, true);
  nextTurn();
  assert.deepEqual(worker.sizes(), [3]);
  worker.answer();
  assert.equal(answers.length, 2);
  ask(batch);
  assert.deepEqual(answers[2], ['good', 'good', 'good']);
  assert.deepEqual(worker.sizes(), []);
});

test('what a vote waits for goes before everything that is handed in', () => {
  const worker = thread();
  const { ask, nextTurn } = gateOver(worker.threads);
  ask(Array.from({ length: 64 }, (_, nonce) => pay(nonce)));
  nextTurn();
  ask(Array.from({ length: 64 }, (_, n) => pay(100 + n)));
  const block = [pay(150), pay(300), pay(301)];
  ask(block, true);
  nextTurn();
  worker.answer();
  const texts = worker.texts();
  assert.deepEqual(
    texts.slice(0, 3).map((text) => /"nonce":(\d+)/.exec(text)?.[1]),
    ['150', '300', '301'],
  );
  assert.equal(texts.length, 64);
});

test('few signatures are left to the main thread while the threads have nothing to do', () => {
  const worker = thread();
  const { ask, answers } = gateOver(worker.threads);
  ask([pay(0), pay(1)]);
  assert.deepEqual(answers, [['unknown', 'unknown']]);
});

test('without a thread left, everybody is told that nothing was found out', () => {
  const worker = thread();
  const { ask, nextTurn, answers } = gateOver(worker.threads);
  ask(Array.from({ length: 70 }, (_, nonce) => pay(nonce)));
  nextTurn();
  assert.deepEqual(answers, []);
  worker.end();
  assert.deepEqual(new Set(answers[0]), new Set(['unknown']));
  ask([pay(80), pay(81), pay(82)]);
  assert.deepEqual(answers[1], ['unknown', 'unknown', 'unknown']);
});

test('more signatures than may wait are turned away, but never those of a block', () => {
  const worker = thread();
  const { ask } = gateOver(worker.threads);
  const many = Array.from({ length: 16_384 }, (_, nonce) => ({ ...pay(0), nonce }) as Transaction);
  assert.equal(ask(many), true);
  assert.equal(ask([pay(1), pay(2), pay(3)].map((one) => ({ ...one, memo: 'more' }))), false);
  assert.equal(
    ask(
      [pay(1), pay(2), pay(3)].map((one) => ({ ...one, memo: 'more' })),
      true,
    ),
    true,
  );
});

test('blocks without end fill nothing: beyond some full ones they are left to execution', () => {
  const worker = thread();
  const { ask, answers } = gateOver(worker.threads);
  const block = (number: number) =>
    Array.from({ length: 400 }, (_, nonce) => ({ ...pay(0), nonce: 400 * number + nonce }) as Transaction);
  for (let number = 0; number < 20; number += 1) assert.equal(ask(block(number), true), true);
  // Eleven blocks wait for the thread; the rest is answered at once.
  assert.equal(answers.length, 9);
  assert.deepEqual(new Set(answers.flat()), new Set(['unknown']));
});

test('answers come out in the order in which they were asked for', () => {
  const inOrder = createInOrder();
  const said: number[] = [];
  const [first, second, third] = [inOrder(), inOrder(), inOrder()];
  second!(() => said.push(2));
  assert.equal(said.length, 0);
  first!(() => said.push(1));
  assert.deepEqual(said, [1, 2]);
  third!(() => said.push(3));
  assert.deepEqual(said, [1, 2, 3]);
});

test('one body with several signatures at once: each gets its own verdict, whichever came first', () => {
  const worker = thread();
  const { ask, nextTurn, answers, known, idOf } = gateOver(worker.threads);
  const other = (digit: string): Transaction => ({ ...pay(0), signature: `0x${digit.repeat(128)}` as never });
  ask([other('1'), pay(0), other('2')]);
  ask([pay(0), other('1'), pay(0)]);
  nextTurn();
  assert.deepEqual(worker.sizes(), [3]);
  worker.answer();
  // The second had all its verdicts first.
  assert.deepEqual(answers, [
    ['good', 'bad', 'good'],
    ['bad', 'good', 'bad'],
  ]);
  assert.ok(known.has(idOf(pay(0)), pay(0).signature));
  // What was answered is over: the same again is looked at again.
  ask([other('1'), other('2'), pay(1)]);
  nextTurn();
  assert.deepEqual(worker.sizes(), [3]);
});
