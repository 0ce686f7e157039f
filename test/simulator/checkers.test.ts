/** The checkers by themselves: what they forgive, and that they do not forgive its like. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxProposalsPerValidator } from '../../consensus/config.js';
import type { TransactionId } from '../../ledger/values/transaction.js';
import { createAcceptedBook, type Fate } from '../../server/simulator/checkers/accepted.js';
import { createEvidenceBook } from '../../server/simulator/checkers/evidence.js';

test('what a node said that it dropped is not owed after a restart; what it merely forgot is', () => {
  for (const fate of ['dropped', 'waiting'] satisfies Fate[]) {
    const book = createAcceptedBook();
    book.accepted(1, 10, '0x1' as TransactionId, { from: 'sl1', nonce: 0 } as never);
    book.processEnded(2, () => 'dropped');
    book.processEnded(1, () => fate);
    const check = (): void => book.check(90, { get: () => undefined }, () => 'unknown');
    if (fate === 'dropped') check();
    else assert.throws(check, { rule: 'accepted means kept' });
  }
});

test('[5-proposals-kept] two proposals are owed as long as the liar did not sign more than a node remembers', () => {
  for (const others of [0, maxProposalsPerValidator - 1, maxProposalsPerValidator]) {
    const book = createEvidenceBook(() => true);
    const hear = (view: number, block: string): void =>
      book.heard(0, 0, 1, 1, { type: 'new_block', proposal: { epoch: 0, view, block, validator: '0x1' } } as never);
    hear(0, '0xa');
    for (let view = 1; view <= others; view++) hear(view, '0xa');
    hear(0, '0xb');
    assert.equal(book.counts.owed, others < maxProposalsPerValidator ? 1 : 0, `${others} others`);
  }
});
