/** Writes JSON as no library would: odd spaces, needless escapes, members in any order, and raw pieces as they are. */
import type { Random } from '../../server/simulator/random.js';
import { Members, Raw } from './mutate-value.js';

export interface Manner {
  /** In place of one space or none. */
  readonly space: () => string;
  readonly escape: (text: string) => string;
}

export const plain: Manner = { space: () => '', escape: (text) => JSON.stringify(text) };

/** @returns a manner that means the same JSON */
export function oddManner(random: Random): Manner {
  return {
    space: () => (random.chance(200_000) ? random.pick([' ', '\t', '  ', '\r']) : ''),
    escape: (text) => (random.chance(300_000) ? escapeAll(text) : JSON.stringify(text)),
  };
}

function escapeAll(text: string): string {
  let written = '"';
  for (let i = 0; i < text.length; i++) written += `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return `${written}"`;
}

export function writeJson(value: unknown, manner: Manner = plain): string {
  if (value instanceof Raw) return value.text;
  if (value instanceof Members) return writeMembers(value.entries, manner);
  if (typeof value === 'string') return manner.escape(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (value === null || value === undefined || typeof value === 'boolean') return String(value ?? null);
  if (Array.isArray(value)) return `[${value.map((item) => writeJson(item, manner)).join(`${manner.space()},`)}]`;
  return writeMembers(Object.entries(value as object), manner);
}

function writeMembers(entries: readonly (readonly [string, unknown])[], manner: Manner): string {
  const { space } = manner;
  const members = entries.map(
    ([key, value]) => `${space()}${manner.escape(key)}${space()}:${writeJson(value, manner)}`,
  );
  return `{${members.join(`${space()},`)}${space()}}`;
}
