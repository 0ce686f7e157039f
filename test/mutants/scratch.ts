/** A scratch copy of the compiled project in which one mutant at a time takes effect. One rule: the project itself is never touched. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Edit, Mutant } from './mutant.js';

const copied = ['server', 'ledger', 'consensus', 'client', 'test', 'dist', 'docs', 'package.json'];

export interface Scratch {
  readonly directory: string;
  /** Puts the compiled edits in place. @returns what takes them out again */
  apply(mutant: Mutant): () => void;
  remove(): void;
}

/** How often `find` occurs in its file; anything but once means that the list has rotted. */
export function occurrences({ file, find }: Edit, root = '.'): number {
  return readFileSync(join(root, file), 'utf8').split(find).length - 1;
}

/** A syntax error is a mistake in the list; what only the type checker frowns at may well be a breakage. */
function compile(directory: string, files: readonly string[]): void {
  const tsc = join(directory, 'node_modules/typescript/lib/tsc.js');
  const options =
    '--ignoreConfig --noCheck --noResolve --noLib --target es2023 --module nodenext --verbatimModuleSyntax';
  const args = [tsc, ...files, ...options.split(' '), '--rootDir', '.', '--outDir', 'dist'];
  const run = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' });
  const errors = run.stdout.split('\n').filter((line) => /error TS1\d{3}:/.test(line));
  assert.deepEqual(errors, [], `the mutant compiles: ${run.stderr}`);
  assert.notEqual(run.status, null, `the compiler was ended by ${run.signal}`);
}

const compiledName = (file: string): string => join('dist', file.replace(/\.ts$/, '.js'));

/** @param root the project, built */
export function createScratch(root = '.'): Scratch {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-mutants-'));
  for (const name of copied) {
    cpSync(join(root, name), join(directory, name), {
      recursive: true,
      filter: (source) => !/\.(d\.ts|map)$/.test(source),
    });
  }
  symlinkSync(resolve(root, 'node_modules'), join(directory, 'node_modules'));

  return {
    directory,
    apply({ edits }) {
      const before = new Map<string, string>();
      const undo = (): void => {
        for (const [path, text] of before) writeFileSync(path, text);
      };
      const keep = (path: string): string => {
        const text = readFileSync(path, 'utf8');
        if (!before.has(path)) before.set(path, text);
        return text;
      };
      try {
        for (const edit of edits) {
          assert.equal(
            occurrences(edit, directory),
            1,
            `the text to replace stands once in ${edit.file}: ${edit.find}`,
          );
          const path = join(directory, edit.file);
          const text = keep(path);
          keep(join(directory, compiledName(edit.file)));
          writeFileSync(
            path,
            text.replace(edit.find, () => edit.replace),
          );
        }
        if (edits.length > 0) compile(directory, [...new Set(edits.map(({ file }) => file))]);
      } catch (error) {
        undo();
        throw error;
      }
      const same = edits.filter(({ file }) => {
        const path = join(directory, compiledName(file));
        return readFileSync(path, 'utf8') === before.get(path);
      });
      assert.equal(same.length, 0, `${same[0]?.file} compiles to the same after the edit`);
      return undo;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
