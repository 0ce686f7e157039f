/**
 * What a vote and an accepted transaction wait for: the vote state's fsync, the mempool's group commit, and admission to
 * an empty and to a full pool.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transactionId } from '../../ledger/values/identity.js';
import { toAmount, toView } from '../../ledger/values/numbers.js';
import { ok } from '../../ledger/values/result.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import { defaultMempoolLimits } from '../../server/mempool/limits.js';
import { createMempool } from '../../server/mempool/mempool.js';
import { initialVoteState } from '../../server/replica/recover.js';
import { createMempoolStore } from '../../server/storage/mempool-store.js';
import { createVoteStateStore } from '../../server/storage/vote-state-file.js';
import { readCommandLine } from '../command-line/read-command-line.js';
import { standInCrypto } from '../ledger/stand-in-crypto.js';
import { readTestLine, TestChain } from '../ledger/test-chain.js';

readCommandLine({
  command: 'node dist/test/bench/accept-and-vote.js',
  about:
    'Measures what a vote and an accepted transaction wait for: the disk, and admission to an empty and to a full pool.',
});
const directory = mkdtempSync(join(tmpdir(), 'slotledger-benchmark-'));
const idOf = (one: Transaction) => transactionId(standInCrypto, one);

function say(what: string, times: number[]): void {
  times.sort((a, b) => a - b);
  const at = (part: number) => (times[Math.floor((times.length - 1) * part)] ?? 0).toFixed(3);
  console.log(`${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`);
}

function timed(count: number, run: (n: number) => void): number[] {
  return Array.from({ length: count }, (_, n) => {
    const start = performance.now();
    run(n);
    return performance.now() - start;
  });
}

const chain = new TestChain({ balances: { ann: 10_000_000, bob: 10_000_000 } });
const payments = Array.from({ length: 450 }, (_, nonce) => chain.pay('ann', 'bob', 1, { nonce }));
const { block } = chain.add(1, payments);

const names = { key: `0x${'b'.repeat(64)}`, genesis: `0x${'a'.repeat(64)}` } as const;
const votes = createVoteStateStore(directory, names);
const state = initialVoteState(names.genesis);
const certificate = {
  ...state.lock,
  signers: [...Array(86).keys()],
  signatures: Array(86).fill(`0x${'1'.repeat(128)}`),
};
const voteState = (view: number, lock = state.lock) => ({
  ...state,
  lock,
  watermark: { view: toView(view), step: 'commit' as const },
});
votes.write(voteState(0), [], []);
say(
  'vote state, small certificate',
  timed(1000, (n) => votes.write(voteState(n), [], [])),
);
say(
  'vote state, certificate of 86',
  timed(500, (n) => votes.write(voteState(n, certificate), [], [])),
);
const bodyTimes = timed(100, (n) => {
  const body = { ...block, hash: `0x${String(n).padStart(64, '0')}` as const };
  votes.write(voteState(n), [body], [body.hash]);
});
say(`vote state with a body of ${JSON.stringify(block).length} bytes`, bodyTimes);
votes.close();

const store = createMempoolStore({
  path: join(directory, 'mempool.db'),
  idOf,
  readLine: readTestLine,
  onFailure(error) {
    throw error;
  },
});
const alone: number[] = [];
for (const one of payments.slice(0, 300)) {
  const start = performance.now();
  await new Promise<void>((resolve) => store.add([one], resolve));
  alone.push(performance.now() - start);
}
say('mempool, one durable transaction', alone);
const together = Array.from({ length: 5000 }, (_, nonce) => chain.pay('bob', 'ann', 1, { nonce }));
const start = performance.now();
await Promise.all(together.map((one) => new Promise<void>((resolve) => store.add([one], resolve))));
console.log(`mempool, 5,000 in one turn: ${((5000 * 1000) / (performance.now() - start)).toFixed(0)} durable a second`);
await store.close();
rmSync(directory, { recursive: true });

/** Admission alone: signatures and disk are measured elsewhere. */
const pool = createMempool({
  limits: defaultMempoolLimits,
  store: { add: (_, stored) => stored(), remove() {}, all: () => [] },
  idOf,
  check: (one) => ok(idOf(one)),
  minimumFee: () => 1,
  nextNonce: () => 0,
  covers: () => true,
});
const model = payments[0]!;
const fabricated = (n: number, fee: number): Transaction => ({
  ...model,
  from: `${model.from}${n}` as Transaction['from'],
  nonce: 0 as Transaction['nonce'],
  fee: toAmount(fee),
});
const outcomes = new Map<string, number>();
const add = (one: Transaction): void =>
  void pool.add(one, 1 as never, ({ kind }) => outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1));
say(
  'admission while there is room',
  timed(100_000, (n) => add(fabricated(n, 1 + ((n * 7919) % 50_000)))),
);
say(
  'admission to a full pool',
  timed(10_000, (n) => add(fabricated(200_000 + n, 60_000 + n))),
);
say(
  'a first candidate of 100,000',
  timed(20, () => void pool.candidates()[Symbol.iterator]().next()),
);
console.log(Object.fromEntries(outcomes), pool.summary());
