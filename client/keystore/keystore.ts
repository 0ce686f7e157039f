/**
 * A directory of account keys, one file each: `<home>/keys/accounts/<name>.json`. The directory is 0700, files are
 * 0600. A file that exists is never overwritten, and nothing here deletes one.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../../ledger/values/result.js';
import { decodeKeyFile, type KeyFile } from './key-file.js';
import { makeDirectory } from './make-directory.js';

const maxKeyNameLength = 32;

export type KeystoreProblem =
  | { readonly code: 'bad_key_name'; readonly name: string }
  | { readonly code: 'key_exists'; readonly name: string; readonly path: string }
  | { readonly code: 'key_not_found'; readonly name: string; readonly path: string }
  | { readonly code: 'key_damaged'; readonly name: string; readonly path: string; readonly detail: string };

export interface StoredKey {
  readonly name: string;
  readonly path: string;
  readonly file: KeyFile;
}

export interface Keystore {
  readonly directory: string;
  /** By name; damaged files come as problems. */
  list(): readonly Result<StoredKey, KeystoreProblem>[];
  read(name: string): Result<StoredKey, KeystoreProblem>;
  /** Durable when it returns. @returns its path. */
  add(name: string, file: KeyFile): Result<string, KeystoreProblem>;
}

/** Creates nothing until a key is added. @throws on file system errors other than a missing file */
export function createKeystore(home: string): Keystore {
  const directory = join(home, 'keys', 'accounts');
  const pathOf = (name: string): string => join(directory, `${name}.json`);

  function read(name: string): Result<StoredKey, KeystoreProblem> {
    if (!isKeyName(name)) return err({ code: 'bad_key_name', name });
    const path = pathOf(name);
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return err({ code: 'key_not_found', name, path });
      throw error;
    }
    const decoded = decodeKeyFile(text);
    if (!decoded.ok) return err({ code: 'key_damaged', name, path, detail: decoded.problem });
    return ok({ name, path, file: decoded.value });
  }

  return {
    directory,
    read,
    list() {
      let names: string[];
      try {
        names = readdirSync(directory);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
      return names
        .filter((file) => file.endsWith('.json') && isKeyName(file.slice(0, -5)))
        .sort()
        .map((file) => read(file.slice(0, -5)));
    },
    add(name, file) {
      if (!isKeyName(name)) return err({ code: 'bad_key_name', name });
      const path = pathOf(name);
      makeDirectory(directory, 0o700);
      return writeNewFile(path, `${JSON.stringify(file, null, 2)}\n`)
        ? ok(path)
        : err({ code: 'key_exists', name, path });
    },
  };
}

/** Lower-case letters, digits, `-` and `_`; begins with a letter or digit; shorter than any address. */
export function isKeyName(text: string): boolean {
  return text.length <= maxKeyNameLength && /^[a-z0-9][a-z0-9_-]*$/.test(text);
}

/**
 * Writes a file that must not exist: complete and durable under its name, or not there at all.
 * @returns false if something has that name already
 */
function writeNewFile(path: string, text: string): boolean {
  // Not by process id, which is the same in each container: one that was cut off may have left its file.
  const temporary = `${path}.${randomUUID()}.new`;
  try {
    const file = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  const directory = openSync(join(path, '..'), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
  return true;
}
