/**
 * Whether a database still stands where it was opened. SQLite goes on in a file that was moved, replaced or deleted meanwhile, and no
 * start will find there what it wrote. One rule: what may be lost so is not acknowledged.
 */
import { statSync } from 'node:fs';

/** @returns to be called after a write and before it is acknowledged. It throws where the database or its log is another than at first */
export function createPlaceCheck(path: string): () => void {
  const files = [path, `${path}-wal`].map((name) => ({ name, is: nameless(name) }));
  return () => {
    for (const file of files) {
      const is = nameless(file.name);
      file.is ??= is;
      if (is !== file.is) {
        throw new Error(
          `${file.name} was moved, replaced or deleted while the node ran; put back what stood there, if it still is somewhere, and start again`,
        );
      }
    }
  };
}

/** What a file is, whatever its name; undefined: there is none. Never opened, for closing it would give up SQLite's locks on it. */
function nameless(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
