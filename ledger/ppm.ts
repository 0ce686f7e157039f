/** Parts per million of an amount, rounded down, exact for every amount. */
import { type Amount, toAmount } from './values/numbers.js';

export function partsPerMillion(amount: number, ppm: number): Amount {
  return toAmount(Number((BigInt(amount) * BigInt(ppm)) / 1_000_000n));
}
