/**
 * What was read of ledger.db and contradicts the hashes above it. PROTOCOL section 3: a node that finds this stops and
 * says so. One rule: whatever a check runs into is damage as well, as text that is no JSON, a field that is missing.
 */
import { isDamage, isDiskFailure } from './disk-failure.js';

export class LedgerDamage extends Error {}

/** @param what such as `block 7 is not the one that was made final` */
export function damage(what: string): never {
  throw new LedgerDamage(what);
}

/** Runs a check of something that was read. @throws LedgerDamage, or what the database itself says */
export function checking<Value>(what: string, check: () => Value): Value {
  try {
    return check();
  } catch (cause) {
    if (cause instanceof LedgerDamage || isDiskFailure(cause)) throw cause;
    throw new LedgerDamage(`${what} cannot be read (${(cause as Error).message})`, { cause });
  }
}

/** Whether the file contradicts itself, by SQLite's or by our own checks. */
export const isLedgerDamage = (error: unknown): boolean => error instanceof LedgerDamage || isDamage(error);

/** One sentence for the person who runs the node; the cause is kept. */
export const damagedLedger = (path: string, cause: Error): Error =>
  new Error(
    `${path} is damaged: ${cause.message}. The node stops and answers nothing from it: run \`server verify\`, then \`server repair\`.`,
    { cause },
  );
