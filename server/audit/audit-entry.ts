/**
 * One line of the audit log: what happened, its number, and the hash of the line before. Its one rule: every entry has
 * exactly one text, so that a changed byte is a changed hash. docs/OPERATING.md shows a line.
 */
import { hash as digest } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../ledger/values/canonical.js';
import { domainText } from '../../ledger/values/domain.js';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import type { Hash } from '../../ledger/values/text.js';

/** Longest line in bytes: a start with all settings is the longest. */
const maxEntryBytes = 131_072;

/** What this version writes. */
export type AuditEvent =
  /** With the keys that it opened, its settings, and what they were at the start before. */
  | 'node_started'
  | 'node_stopped'
  /** Keys of the node were made. */
  | 'keys_made'
  /** Keys of the node signed what is no message of a running node: a card for a genesis, the bond of its own stake. */
  | 'keys_used'
  /** A password is put on keys of the node, or taken off; written before it is done. */
  | 'keys_sealed'
  | 'keys_unsealed'
  | 'api_keys_changed'
  /** An administrator asked for this; written before it is done. */
  | 'admin_call'
  /** Somebody asked for what only administrators may have. */
  | 'admin_refused'
  | 'node_banned'
  /** So many events were not written because they came too fast. */
  | 'left_out'
  /** The end of the file was half a line, as a power cut leaves it; so many bytes were taken off. */
  | 'half_line_removed'
  /** The last line was not one of this log; the chain of hashes begins anew behind it. */
  | 'chain_begun_anew';

const hashText = z.string().regex(/^0x[0-9a-f]{64}$/);
const entryShape = z.strictObject({
  /** From 1, without a gap. */
  n: z.int().min(1),
  /** Unix ms. */
  at: z.int().min(0),
  // Also those that a newer version writes, whose log this one goes on with: the hashes say whether it is whole.
  event: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
  about: z.record(z.string(), z.unknown()),
  previous: hashText,
  hash: hashText,
});

export interface AuditEntry {
  readonly n: number;
  readonly at: number;
  /** An AuditEvent, or one of a newer version. */
  readonly event: string;
  readonly about: { readonly [name: string]: unknown };
  /** Hash of the entry before; zeros for the first. */
  readonly previous: Hash;
  readonly hash: Hash;
}

export const noHash: Hash = `0x${'0'.repeat(64)}`;

export const entryHash = (entry: Omit<AuditEntry, 'hash'>): Hash =>
  `0x${digest('sha256', domainText('audit-entry', entry), 'hex')}`;

/** Without its line feed. */
export const entryLine = (entry: AuditEntry): string => canonicalJson(entry);

/** @returns the entry, or a sentence's end: what is wrong with the line */
export function readEntry(line: string): AuditEntry | string {
  const parsed = parseStrictJson(Buffer.from(line), { maxBytes: maxEntryBytes });
  if (!parsed.ok) return 'it is not JSON as this log writes it';
  const shaped = entryShape.safeParse(parsed.value);
  if (!shaped.success) return 'it is not an entry of this log';
  const { hash, ...hashed } = shaped.data as AuditEntry;
  if (canonicalJson(shaped.data) !== line) return 'its text was rewritten';
  return entryHash(hashed) === hash ? (shaped.data as AuditEntry) : 'its hash does not belong to it';
}
