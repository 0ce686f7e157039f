/** Writes a file that the user named, and may have kept something in that is wanted until the new content is on disk. */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';

/** Cut off, or where the disk is full, `path` holds what it held. What is no file, such as /dev/stdout, is written to. */
export function replaceFile(path: string, text: string): void {
  const isThere = existsSync(path);
  if (isThere && !statSync(path).isFile()) {
    writeFileSync(path, text);
    return;
  }
  // Where a link stands for the file, it stays.
  const target = isThere ? realpathSync(path) : path;
  const temporary = `${target}.${randomUUID()}.new`;
  try {
    const file = openSync(temporary, 'wx');
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
