/**
 * Amounts as people read and write them. Inside, an amount is always an integer of the smallest unit; the token's
 * decimals say where the point stands. Nothing is ever rounded.
 */
import { type Amount, toAmount } from '../ledger/values/numbers.js';
import { err, ok, type Result } from '../ledger/values/result.js';
import type { Token } from './api-types.js';

/**
 * @param text digits with at most one point, such as `5` or `0.25`; no sign, exponent, blanks or commas
 * @returns the amount in smallest units, or a sentence that says what was wrong
 * @throws TypeError for a token that is none: without its decimals every amount would be another
 */
export function parseAmount(text: string, token: Token): Result<Amount, string> {
  needDecimals('parseAmount', token);
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) {
    return err(`"${text}" is not an amount: write digits with at most one point, such as 5 or 0.25, without commas.`);
  }
  const [, whole = '', fraction = ''] = match;
  const digits = fraction.replace(/0+$/, '');
  if (digits.length > token.decimals) {
    const places = token.decimals === 0 ? 'no decimal places' : `at most ${token.decimals} decimal places`;
    return err(`${text} is too fine: ${token.symbol} has ${places}.`);
  }
  const units = BigInt(whole + digits.padEnd(token.decimals, '0'));
  if (units > BigInt(Number.MAX_SAFE_INTEGER)) return err(`${text} ${token.symbol} is more than can exist.`);
  return ok(toAmount(Number(units)));
}

/**
 * Such as `1,234,567.5 SLOT`: thousands apart, no trailing zeros; a difference below zero begins with `-`.
 * @throws TypeError for what is no integer, and for a token that is none
 */
export function formatAmount(amount: number, token: Token): string {
  return `${formatNumber(amount, token)} ${token.symbol}`;
}

/** As formatAmount, without the symbol. */
export function formatNumber(amount: number, token: Token): string {
  needDecimals('formatAmount', token);
  if (!Number.isInteger(amount) || Math.abs(amount) >= 1e21) {
    throw new TypeError(`${String(amount)} is not an amount: formatAmount takes an integer of the smallest unit.`);
  }
  if (amount < 0) return `-${formatNumber(-amount, token)}`;
  const digits = String(amount).padStart(token.decimals + 1, '0');
  const point = digits.length - token.decimals;
  const whole = digits.slice(0, point).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = digits.slice(point).replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** As formatNumber, without commas: what `parseAmount`, and each command, accepts again. */
export function plainNumber(amount: number, token: Token): string {
  return formatNumber(amount, token).replaceAll(',', '');
}

function needDecimals(call: string, token: Token): void {
  const decimals: unknown = token?.decimals;
  if (Number.isSafeInteger(decimals) && (decimals as number) >= 0) return;
  throw new TypeError(`${call} is told no decimals; give the token of the chain, as status() has it.`);
}
