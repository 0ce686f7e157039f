/**
 * Node keys that are refused for a while, each with the reason, kept in a file over restarts. The one rule: bounded; the
 * ban that was given first makes room for a new one.
 */
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import type { PublicKey } from '../../ledger/values/text.js';
import { isHashText } from '../../ledger/values/text-forms.js';
import type { Clock } from '../replica/ports.js';
import { BAN_MS, MAX_BAN_MS, MAX_BAN_REASON, MAX_BANS, SAVE_BANS_INTERVAL_MS } from './limits.js';
import { repeat } from './repeat.js';

export interface Ban {
  readonly node: PublicKey;
  /** Unix ms. */
  readonly until: number;
  readonly reason: string;
}

export interface BanList {
  /** @param forMs at most MAX_BAN_MS; default BAN_MS. A ban that stands is replaced. */
  ban(node: PublicKey, reason: string, forMs?: number): Ban;
  /** @returns whether the node was banned. */
  lift(node: PublicKey): boolean;
  isBanned(node: PublicKey): boolean;
  /** Those that stand, in the order in which they were given. */
  all(): readonly Ban[];
  /** Writes what is not on disk yet; nothing is written afterwards. */
  close(): Promise<void>;
}

export interface BanListOptions {
  readonly clock: Clock;
  /** Absent: bans end with the process. */
  readonly file: string | undefined;
  /** Told when the file cannot be read or written; the node goes on with the bans that it has. */
  readonly onFileProblem: (detail: string) => void;
}

export function createBanList({ clock, file, onFileProblem }: BanListOptions): BanList {
  const banByNode = new Map(readBans(file, onFileProblem).map((ban) => [ban.node, ban]));
  let writing: Promise<void> = Promise.resolve();
  let changed = false;
  const saving = repeat(clock, SAVE_BANS_INTERVAL_MS, () => {
    writing = writing.then(save);
  });

  function forgetEnded(): void {
    const now = clock.now();
    for (const { node, until } of banByNode.values()) if (until <= now) banByNode.delete(node);
  }

  async function save(): Promise<void> {
    if (file === undefined || !changed) return;
    changed = false;
    forgetEnded();
    const text = `${JSON.stringify({ version: 1, bans: [...banByNode.values()] }, null, 2)}\n`;
    try {
      await writeFile(`${file}.new`, text, { mode: 0o600 });
      await rename(`${file}.new`, file);
    } catch (error) {
      // With the next one, or when the node stops.
      changed = true;
      onFileProblem(`${file} cannot be written: ${(error as Error).message}`);
    }
  }

  function change(): void {
    changed = true;
    saving.soon();
  }

  return {
    ban(node, reason, forMs = BAN_MS) {
      const until = Math.round(clock.now() + Math.min(forMs, MAX_BAN_MS));
      const ban: Ban = { node, until, reason: reason.slice(0, MAX_BAN_REASON) };
      banByNode.delete(node);
      banByNode.set(node, ban);
      if (banByNode.size > MAX_BANS) {
        const [first] = banByNode.keys();
        if (first !== undefined) banByNode.delete(first);
      }
      change();
      return ban;
    },
    lift(node) {
      forgetEnded();
      const wasBanned = banByNode.delete(node);
      if (wasBanned) change();
      return wasBanned;
    },
    isBanned(node) {
      const ban = banByNode.get(node);
      if (ban !== undefined && ban.until <= clock.now()) banByNode.delete(node);
      return banByNode.has(node);
    },
    all() {
      forgetEnded();
      return [...banByNode.values()];
    },
    async close() {
      saving.stop();
      await writing;
      await save();
    },
  };
}

const bansFile = z.strictObject({
  version: z.literal(1),
  bans: z
    .array(
      z.strictObject({
        node: z.custom<PublicKey>((value) => typeof value === 'string' && isHashText(value)),
        until: z.int().min(0),
        reason: z.string().max(MAX_BAN_REASON),
      }),
    )
    .max(MAX_BANS),
});

function readBans(file: string | undefined, onProblem: (detail: string) => void): readonly Ban[] {
  if (file === undefined) return [];
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onProblem(`${file} cannot be read: ${String(error)}`);
    return [];
  }
  const parsed = parseStrictJson(bytes, { maxBytes: 1_048_576 });
  const bans = parsed.ok ? bansFile.safeParse(parsed.value).data?.bans : undefined;
  if (bans === undefined) onProblem(`${file} is not a list of bans: nobody is banned until it is mended`);
  return bans ?? [];
}
