/** Amounts as people write them: exact both ways, and nothing is guessed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAmount, formatNumber, parseAmount, plainNumber } from '../../client/amounts.js';

const token = (decimals: number) => ({ symbol: 'SLOT', decimals });

test('amounts are shown with thousands apart and without trailing zeros', () => {
  assert.equal(formatAmount(0, token(2)), '0 SLOT');
  assert.equal(formatAmount(5, token(2)), '0.05 SLOT');
  assert.equal(formatAmount(100_000_050, token(2)), '1,000,000.5 SLOT');
  assert.equal(formatNumber(1234, token(0)), '1,234');
  assert.equal(formatNumber(Number.MAX_SAFE_INTEGER, token(8)), '90,071,992.54740991');
});

test('what is shown is read back as the same amount', () => {
  fc.assert(
    fc.property(fc.nat(18), fc.maxSafeNat(), (decimals, amount) => {
      assert.deepEqual(parseAmount(plainNumber(amount, token(decimals)), token(decimals)), { ok: true, value: amount });
    }),
  );
});

test('what is not plainly an amount is refused', () => {
  for (const text of ['', '-1', '+1', '1e3', '0x10', '1,000', '1 000', '.5', '5.', '1.2.3', 'NaN', '٣', ' 1']) {
    assert.equal(parseAmount(text, token(2)).ok, false, text);
  }
  assert.equal(parseAmount('0.001', token(2)).ok, false, 'finer than the token');
  assert.equal(parseAmount('0.010', token(2)).ok, true, 'zeros at the end mean nothing');
  assert.equal(parseAmount('90071992547409.92', token(2)).ok, false, 'beyond 2^53 - 1');
  assert.equal(parseAmount('90071992547409.91', token(2)).ok, true);
});

test('a difference below zero is shown as one', () => {
  assert.equal(formatAmount(-5, token(3)), '-0.005 SLOT');
  assert.equal(formatAmount(-1_234_500, token(3)), '-1,234.5 SLOT');
  assert.equal(formatAmount(-0, token(3)), '0 SLOT');
});

test('what is no amount, and a token that is none, are not shown as something else', () => {
  for (const amount of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e21, undefined, '5']) {
    assert.throws(() => formatAmount(amount as number, token(3)), { name: 'TypeError', message: /is not an amount/ });
  }
  // As where the status is given in place of its token: 5 would be 5 of the smallest units.
  for (const none of [{ symbol: 'SLOT' }, { token: token(3) }, undefined, { symbol: 'SLOT', decimals: '3' }]) {
    const given = none as unknown as ReturnType<typeof token>;
    assert.throws(() => parseAmount('5', given), { name: 'TypeError', message: /^parseAmount is told no decimals/ });
    assert.throws(() => formatAmount(5, given), { name: 'TypeError', message: /^formatAmount is told no decimals/ });
  }
});
