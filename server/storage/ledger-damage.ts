/**
 * What was read of ledger.db and contradicts the hashes above it. PROTOCOL section 3: a node that finds this stops and
 * says so. One rule: whatever decoding and checking a row runs into is damage as well, as text that is no JSON or a field
 * that is missing; what a question itself does wrong is not, so statements with its arguments run outside of `checking`.
 */
import { LedgerFailure } from '../errors.js';
import { diskFailure, isDamage, isDiskFailure } from './disk-failure.js';

export class LedgerDamage extends Error {}

/** @param what such as `block 7 is not the one that was made final` */
export function damage(what: string): never {
  throw new LedgerDamage(what);
}

/** Decodes or checks something that was read. @throws LedgerDamage, or what the database itself says */
export function checking<Value>(what: string, check: () => Value): Value {
  try {
    return check();
  } catch (cause) {
    if (cause instanceof LedgerDamage || isDiskFailure(cause)) throw cause;
    throw unreadable(what, cause);
  }
}

/** JSON of a column. @param what names the row and is put together only where it is needed. @throws LedgerDamage */
export function parsed<Value>(text: string, what: () => string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch (cause) {
    throw unreadable(what(), cause);
  }
}

const unreadable = (what: string, cause: unknown): LedgerDamage =>
  new LedgerDamage(`${what} cannot be read (${(cause as Error).message})`, { cause });

/** Whether the file contradicts itself, by SQLite's or by our own checks. */
export const isLedgerDamage = (error: unknown): boolean => error instanceof LedgerDamage || isDamage(error);

/** One sentence for the person who runs the node; the cause is kept. */
export const damagedLedger = (path: string, cause: Error): LedgerFailure =>
  new LedgerFailure(
    'ledger_damaged',
    `${path} is damaged: ${cause.message}. The node stops and answers nothing from it: run \`server verify\`, then \`server repair\`.`,
    cause,
  );

/** What SQLite says of a value that cannot be used with a statement, whatever the file holds. */
const ofTheQuestion = /^SQLITE_(MISMATCH|RANGE|TOOBIG|MISUSE)/;
/** The statements are all the same and were good when the file was opened, so it is what they met in the file. */
const ofTheContent = /^SQLITE_ERROR/;

/** What to say of a read that failed; undefined: the file is not to blame. */
export function readFailure(path: string, cause: unknown): LedgerFailure | undefined {
  if (cause instanceof LedgerDamage) return damagedLedger(path, cause);
  if (!isDiskFailure(cause)) return undefined;
  const error = cause as Error & { readonly code: string };
  if (ofTheQuestion.test(error.code)) return undefined;
  if (ofTheContent.test(error.code)) return damagedLedger(path, error);
  const kind = isDamage(error) ? 'ledger_damaged' : 'ledger_unreadable';
  return new LedgerFailure(kind, diskFailure('read', path, error).message, error);
}
