/** Files whose content must survive a power cut: written, synced, renamed, and the directory synced as well. */
import { closeSync, fsyncSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export function syncDirectory(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Writes all of it, whatever a single write takes; a text in UTF-8. */
export function writeFully(handle: number, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done);
}

/** What `replaceFile` writes before it gives it the name `path`; one that was cut off leaves it. */
export const unfinishedOf = (path: string): string => `${path}.new`;

/** Replaces `path` as a whole: after a crash it holds the old or the new content. */
export function replaceFile(path: string, content: string | Uint8Array, mode = 0o600): void {
  const temporary = unfinishedOf(path);
  const handle = openSync(temporary, 'w', mode);
  try {
    writeFully(handle, content);
    fsyncSync(handle);
  } catch (error) {
    // What fails on an open file names none, and a person is to know which disk it is.
    throw Object.assign(error as NodeJS.ErrnoException, { path });
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

const chunkBytes = 1024 * 1024;

/**
 * Writes what a file holds over itself and syncs it. After a sync that failed, a system takes the bytes for written and
 * shows them, though no disk has them and no later sync will bring them there; bytes written again are synced.
 */
export function rewriteInPlace(path: string): void {
  const handle = openSync(path, 'r+');
  try {
    const chunk = Buffer.alloc(chunkBytes);
    for (let at = 0; ; ) {
      const got = readSync(handle, chunk, 0, chunkBytes, at);
      if (got === 0) break;
      for (let done = 0; done < got; ) done += writeSync(handle, chunk, done, got - done, at + done);
      at += got;
    }
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
