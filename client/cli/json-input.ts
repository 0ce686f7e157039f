/** JSON that a user gives: parsed, and refused where it has no canonical form. */
import { err, ok, type Result } from '../../ledger/values/result.js';
import { isWellFormed } from '../../ledger/values/text-forms.js';

const maxDepth = 64;

/** @returns the value, or a sentence that says what is wrong with the text */
export function parseJson(text: string): Result<unknown, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return err(`It is not JSON (${(error as Error).message}).`);
  }
  const fault = canonicalFault(value, '', 0);
  return fault === undefined ? ok(value) : err(fault);
}

function canonicalFault(value: unknown, path: string, depth: number): string | undefined {
  const where = path === '' ? 'The value' : path;
  if (depth > maxDepth) return `${where} is nested more than ${maxDepth} levels deep.`;
  if (typeof value === 'number' && (!Number.isSafeInteger(value) || Object.is(value, -0))) {
    return `${where} is ${Object.is(value, -0) ? '-0' : value}; this protocol has only integers from -(2^53 - 1) to 2^53 - 1.`;
  }
  if (typeof value === 'string') return isWellFormed(value) ? undefined : `${where} holds half a surrogate pair.`;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__' || !isWellFormed(name)) return `${where} has a member of a forbidden name.`;
    const step = Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    const fault = canonicalFault(member, step, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
