/**
 * What this node writes into its audit log when it starts: the keys that it opened, its settings, and what has changed
 * since the start before. One rule: no secret is a setting, so nothing has to be hidden here.
 */
import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readEntry } from '../audit/audit-entry.js';
import { currentFile, oldFiles } from '../audit/audit-files.js';
import { type AuditLog, openAuditLog } from '../audit/audit-log.js';
import type { ApiKey } from '../home/api-keys.js';
import { packageVersion } from '../http/version.js';

/** Longer values, such as lists of a thousand peers, stand there by their beginning and their hash. */
const maxValueLength = 1_000;

type Texts = { readonly [name: string]: string };

export interface StartFacts {
  readonly home: string;
  /** By what they are for: public keys of the keys that were opened. */
  readonly keys: Texts;
  readonly apiKeys: readonly ApiKey[];
  /** As the node was asked to run; undefined values are left out. */
  readonly settings: { readonly [name: string]: unknown };
  readonly onFailure: (sentence: string) => void;
}

/** @throws SlotledgerError AUDIT_LOG_FAILED */
export function openNodeAudit({ home, keys, apiKeys, settings, onFailure }: StartFacts): AuditLog {
  const before = settingsBefore(home);
  const audit = openAuditLog({ home, now: Date.now, onFailure });
  const now: Texts = { ...textsOf(settings), api_keys: apiKeyList(apiKeys) };
  audit.record('node_started', {
    version: packageVersion(),
    pid: process.pid,
    uid: process.getuid?.() ?? -1,
    keys,
    settings: now,
    ...(before === undefined ? {} : { changed: changes(before, now) }),
  });
  return audit;
}

/** Names, roles and the beginning of each hash: enough to tell one key from another. */
export const apiKeyList = (keys: readonly ApiKey[]): string =>
  keys.map(({ name, role, sha256 }) => `${name} (${role}, ${sha256.slice(0, 8)})`).join(', ');

function textsOf(settings: { readonly [name: string]: unknown }): Texts {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    texts[name] =
      text.length <= maxValueLength ? text : `${text.slice(0, maxValueLength)}… sha256 ${hash('sha256', text, 'hex')}`;
  }
  return texts;
}

function changes(
  before: Texts,
  now: Texts,
): { readonly [name: string]: { readonly from?: string; readonly to?: string } } {
  const changed: Record<string, { readonly from?: string; readonly to?: string }> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    const [from, to] = [before[name], now[name]];
    if (from === to) continue;
    changed[name] = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  }
  return changed;
}

/** The settings of the last start that the two newest files of the log know. */
function settingsBefore(home: string): Texts | undefined {
  const current = currentFile(home);
  const files = [
    ...(existsSync(current) ? [current] : []),
    ...oldFiles(home)
      .map(({ path }) => path)
      .slice(-1),
  ];
  for (const file of files) {
    const line = readFileSync(file, 'utf8')
      .split('\n')
      .findLast((text) => text.includes('"event":"node_started"'));
    const entry = line === undefined ? undefined : readEntry(line);
    if (entry !== undefined && typeof entry !== 'string') return entry.about.settings as Texts | undefined;
  }
  return undefined;
}
