/**
 * The keys that programs show to the HTTP API, as `api-keys.json` in the home keeps them: by their SHA-256 only. A key is
 * 32 random bytes, so its hash cannot be turned back by guessing. One rule: who reads the file can use none of the keys.
 */
import { hash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import { SlotledgerError } from '../errors.js';
import { replaceFile } from '../storage/durable-files.js';
import { Database } from '../storage/sqlite.js';
import { mayWriteIn } from './home-access.js';

/** Each may do what those before it may: read, hand in transactions, look after the node. */
export const roles = ['read', 'submit', 'admin'] as const;
export type Role = (typeof roles)[number];

const maxApiKeys = 100;
/** As in names of the wallet's keys. */
export const apiKeyNameForm = /^[a-z0-9][a-z0-9_-]{0,31}$/;
const tokenPrefix = 'slk_';

const apiKey = z.strictObject({
  name: z.string().regex(apiKeyNameForm),
  role: z.enum(roles),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Unix ms. */
  created_at: z.int().min(0),
  /** Requests in 10 seconds; absent: what every key may make. */
  requests_per_10s: z.int().min(1).max(1_000_000).optional(),
});
const file = z.strictObject({ version: z.literal(1), keys: z.array(apiKey).max(maxApiKeys) });

export type ApiKey = z.output<typeof apiKey>;

export const isAtLeast = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);

export const tokenHash = (token: string): string => hash('sha256', token, 'hex');

/** Without a file there are no keys. @throws SlotledgerError KEY_PERMISSIONS, API_KEYS_DAMAGED */
export function readApiKeys(path: string): readonly ApiKey[] {
  let text: Buffer;
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      throw new SlotledgerError('KEY_PERMISSIONS', `${path} can be read by others.`, `Run: chmod 600 ${path}`);
    }
    text = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const parsed = parseStrictJson(text);
  const keys = parsed.ok ? file.safeParse(parsed.value).data?.keys : undefined;
  const isWhole = keys !== undefined && new Set(keys.map(({ name }) => name)).size === keys.length;
  if (isWhole) return keys;
  throw new SlotledgerError(
    'API_KEYS_DAMAGED',
    `${path} is not a list of API keys.`,
    'Move it away and make the keys anew with `server apikey add`.',
  );
}

export interface NewApiKey {
  readonly name: string;
  readonly role: Role;
  readonly requestsPer10s?: number;
  /** Unix ms. */
  readonly now: number;
}

/** How long one process waits for another to end its change, in ms. */
const longestWaitMs = 10_000;

/**
 * @returns the key itself, which is kept nowhere.
 * @throws SlotledgerError API_KEY_EXISTS, TOO_MANY_API_KEYS, API_KEYS_BUSY and of reading
 */
export function addApiKey(path: string, key: NewApiKey, waitMs = longestWaitMs): string {
  return alone(path, waitMs, () => add(path, key));
}

function add(path: string, { name, role, requestsPer10s, now }: NewApiKey): string {
  const keys = readApiKeys(path);
  if (keys.some((key) => key.name === name)) {
    throw new SlotledgerError(
      'API_KEY_EXISTS',
      `There is an API key ${name} already.`,
      'Choose another name, or remove that one with `server apikey remove`.',
    );
  }
  if (keys.length >= maxApiKeys) {
    throw new SlotledgerError(
      'TOO_MANY_API_KEYS',
      `There are ${maxApiKeys} API keys, which is the most a node has.`,
      'Remove one that is not used with `server apikey remove`.',
    );
  }
  const token = tokenPrefix + randomBytes(32).toString('base64url');
  const rate = requestsPer10s === undefined ? {} : { requests_per_10s: requestsPer10s };
  write(path, [...keys, { name, role, sha256: tokenHash(token), created_at: now, ...rate }]);
  return token;
}

/** @returns whether there was a key of that name. @throws SlotledgerError API_KEYS_BUSY and of reading */
export function removeApiKey(path: string, name: string, waitMs = longestWaitMs): boolean {
  if (readApiKeys(path).length === 0) return false;
  return alone(path, waitMs, () => {
    const keys = readApiKeys(path);
    const others = keys.filter((key) => key.name !== name);
    if (others.length === keys.length) return false;
    write(path, others);
    return true;
  });
}

/** Reads and writes of one process at a time. The system releases the lock when the process dies, as that of the home. */
function alone<Result>(path: string, waitMs: number, change: () => Result): Result {
  mayWriteIn(dirname(path));
  const db = new Database(`${path}.lock.db`, { timeout: waitMs });
  try {
    db.exec('BEGIN EXCLUSIVE');
    return change();
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY') !== true) throw error;
    throw new SlotledgerError(
      'API_KEYS_BUSY',
      `Another process is changing ${path} and did not end within ${waitMs / 1000} s.`,
      'Nothing was changed. Try again.',
    );
  } finally {
    db.close();
  }
}

function write(path: string, keys: readonly ApiKey[]): void {
  replaceFile(path, `${JSON.stringify({ version: 1, keys }, undefined, 2)}\n`);
}
