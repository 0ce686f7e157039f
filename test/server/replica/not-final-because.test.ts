/** Why something that waits is not becoming final, in words for whoever has to call somebody. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TransactionId } from '../../../ledger/values/transaction.js';
import { notFinalBecause } from '../../../server/replica/not-final-because.js';
import { initialVoteState } from '../../../server/replica/recover.js';
import { createWaitingSince } from '../../../server/replica/waiting-since.js';
import { person } from '../../ledger/test-chain.js';
import { chainOfOne, newcomer, pay } from './chain-of-one.js';

const [one, two, late] = ['v1', 'v2', 'late'].map((name) => person(name).validator.publicKey);
const short = (key: string | undefined): string => `${key?.slice(0, 10)}…`;

const stands = {
  waits: true,
  signsNothing: undefined,
  clockSuspect: false,
  clockBehind: undefined,
  sync: 'idle',
  unstored: 0,
  onlyGap: undefined,
  silentMs: 99_000,
  waitedMs: 12_345,
  slotDurationMs: 1000,
  validators: [one, two, late].map((key) => ({ key: key! })),
  named: [{ key: one! }, { key: two!, name: 'acme' }],
  ownKey: one,
  peers: 2,
  waitingFor: `Block 0x12345678… misses: ${short(one)}, ${short(two)}, ${short(late)}.`,
} as const;

test('validators are called by the names that genesis gives them', () => {
  assert.equal(
    notFinalBecause(stands),
    `Nothing has become final for 12 seconds. Block 0x12345678… misses: ${short(one)}, acme (${short(two)}), ${short(late)}.`,
  );
});

test('nothing is said before three slots have passed, and the nearest reason first', () => {
  assert.equal(notFinalBecause({ ...stands, waitedMs: 2_999 }), undefined);
  assert.equal(notFinalBecause({ ...stands, waits: false }), undefined);
  assert.match(notFinalBecause({ ...stands, peers: 0 }) ?? '', /^No peer is connected/);
  assert.match(notFinalBecause({ ...stands, peers: 0, clockSuspect: true, waitedMs: 0 }) ?? '', /^The clock of this/);
  assert.match(
    notFinalBecause({ ...stands, waitingFor: undefined }) ?? '',
    /seconds\. No leader has proposed a block\.$/,
  );
});

test('what waits for earlier nonces is named, and is nobody else’s fault, however silent the network', () => {
  const onlyGap = { id: `0x${'7'.repeat(64)}` as TransactionId, lane: 2, nonce: 5, missing: 3 };
  assert.equal(
    notFinalBecause({ ...stands, onlyGap, waitedMs: 0, peers: 0 }),
    `What waits here waits for earlier nonces of its senders, as ${onlyGap.id} (nonce 5 of lane 2) for nonce 3.`,
  );
  assert.equal(notFinalBecause({ ...stands, onlyGap, waitedMs: 0, silentMs: 2_999 }), undefined);
});

test('where all waits for room in the queue of stakes, one is named, and no peer or leader is blamed', () => {
  const onlyGap = { id: `0x${'7'.repeat(64)}` as TransactionId, queue_full: true } as const;
  assert.equal(
    notFinalBecause({ ...stands, onlyGap, waitedMs: 0, peers: 0 }),
    `What waits here waits for room in the queue of stakes, as ${onlyGap.id}: an epoch change or two make it.`,
  );
});

test('a clock that is behind the last final block is named, as is how long the chain waits for that slot', () => {
  const { nodes: made, blocks, finality } = chainOfOne();
  const watermark = { view: finality.at(-1)!.view, step: 'commit' } as const;
  const voteState = { ...initialVoteState(made.context.genesisHash), watermark };
  const { nodes, replica, receive } = newcomer(3, { foundVoteState: () => ({ voteState, bodies: [] }) });
  receive({ type: 'blocks', id: 0, blocks, finality });
  nodes.time.runUntil(3_010);
  const says = (seconds: number): string =>
    `The last final block is of slot 16, which begins in ${seconds} seconds by the clock of this machine, and nothing is signed for earlier ones: is the clock right?`;
  assert.equal(replica.status().notFinalBecause, undefined, 'nothing waits');
  pay(nodes, 4);
  nodes.time.runUntil(4_010);
  assert.equal(replica.status().notFinalBecause, says(12));
  nodes.time.runUntil(16_010);
  assert.doesNotMatch(replica.status().notFinalBecause ?? '', /clock/);
});

test('what waited before the clock was set back has waited since then at least', () => {
  let now = 3_600_000;
  const waiting = createWaitingSince({ now: () => now, transactions: () => [], waitsOtherwise: () => true });
  waiting.look();
  now = 1_000;
  waiting.look();
  now = 6_000;
  assert.equal(waiting.waitedMs(0), 5_000);
});
