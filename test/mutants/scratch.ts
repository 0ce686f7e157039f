/** A scratch copy of the sources in which one mutant at a time is compiled. One rule: the project itself is never touched. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Edit, Mutant } from './mutant.js';

const copied = ['server', 'ledger', 'consensus', 'client', 'examples', 'test', 'dist', 'package.json', 'tsconfig.json'];

export interface Scratch {
  readonly directory: string;
  /** Compiles the copy with the mutant's edits. @returns what undoes them in the sources */
  apply(mutant: Mutant): () => void;
  remove(): void;
}

/** Of how many occurrences of `find` the file consists; anything but 1 means that the list has rotted. */
export function occurrences({ file, find }: Edit, root = '.'): number {
  return readFileSync(join(root, file), 'utf8').split(find).length - 1;
}

/** @param root the project, built */
export function createScratch(root = '.'): Scratch {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-mutants-'));
  for (const name of copied) cpSync(join(root, name), join(directory, name), { recursive: true });
  symlinkSync(resolve(root, 'node_modules'), join(directory, 'node_modules'));

  const compile = (): void => {
    const tsc = join(directory, 'node_modules/typescript/bin/tsc');
    const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json'], { cwd: directory, encoding: 'utf8' });
    // A breakage may well be what the type checker frowns at; a syntax error is a mistake in the list.
    const worse = run.stdout.split('\n').filter((line) => /error TS1\d{3}:/.test(line));
    assert.deepEqual(worse, [], 'the mutant compiles');
  };

  return {
    directory,
    apply({ edits }) {
      const before = new Map<string, string>();
      for (const edit of edits) {
        const path = join(directory, edit.file);
        const text = readFileSync(path, 'utf8');
        if (!before.has(path)) before.set(path, text);
        assert.equal(occurrences(edit, directory), 1, `the text to replace stands once in ${edit.file}: ${edit.find}`);
        writeFileSync(
          path,
          text.replace(edit.find, () => edit.replace),
        );
      }
      const undo = (): void => {
        for (const [path, text] of before) writeFileSync(path, text);
      };
      try {
        compile();
      } catch (error) {
        undo();
        throw error;
      }
      return undo;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
