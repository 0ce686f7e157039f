/**
 * Cursors as users see them: opaque, good for one list only, and checked, so that a mangled one is refused here and
 * not misread by a store. They survive restarts.
 */
import { createHash } from 'node:crypto';

const checkLength = 8;

const check = (list: string, inner: string): string =>
  createHash('sha256').update(`${list}\n${inner}`).digest('hex').slice(0, checkLength);

/** @param list names the list that the cursor belongs to, with whatever it is a list of */
export function sealCursor(list: string, inner: string | null): string | null {
  return inner === null ? null : Buffer.from(check(list, inner) + inner, 'utf8').toString('base64url');
}

/** @returns the store's own cursor, or undefined for one that this list never gave out. */
export function openCursor(list: string, cursor: string): string | undefined {
  if (!/^[A-Za-z0-9_-]{1,600}$/.test(cursor)) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  // Base64 has several spellings of one text; only the one that was given out counts.
  if (Buffer.from(text, 'utf8').toString('base64url') !== cursor) return undefined;
  const inner = text.slice(checkLength);
  return text.slice(0, checkLength) === check(list, inner) ? inner : undefined;
}
