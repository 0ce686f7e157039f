/** Why something that waits is not becoming final, in words for whoever has to call somebody. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TransactionId } from '../../../ledger/values/transaction.js';
import { notFinalBecause } from '../../../server/replica/not-final-because.js';
import { person } from '../../ledger/test-chain.js';

const [one, two, late] = ['v1', 'v2', 'late'].map((name) => person(name).validator.publicKey);
const short = (key: string | undefined): string => `${key?.slice(0, 10)}…`;

const stands = {
  waits: true,
  signsNothing: undefined,
  clockSuspect: false,
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
