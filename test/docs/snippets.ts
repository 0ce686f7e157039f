/** Code blocks of the documents, and the compiler as a strict program of somebody else would have it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

export interface Snippet {
  readonly language: string;
  readonly line: number;
  readonly text: string;
}

/** @param page below the root of the package */
export function snippetsOf(page: string): readonly Snippet[] {
  const markdown = readFileSync(join(repository, page), 'utf8');
  return [...markdown.matchAll(/^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm)].map((match) => {
    const [, language = '', text = ''] = match;
    return { language, line: markdown.slice(0, match.index).split('\n').length, text };
  });
}

/**
 * Compiles modules that import this package by its name. They lie inside it, where that name leads to what was built.
 * @param name of a directory of this test alone
 * @param modules texts by file name without ending
 * @param more options of the compiler
 * @returns where the compiled modules are, and what the compiler says (nothing if all is well)
 */
export function compile(
  name: string,
  modules: ReadonlyMap<string, string>,
  more: readonly string[] = ['--skipLibCheck'],
): { directory: string; said: string } {
  const directory = join(repository, 'dist', 'documents', name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const files = [...modules].map(([file, text]) => {
    writeFileSync(join(directory, `${file}.ts`), text);
    return `${file}.ts`;
  });
  const compiler = join(repository, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['--strict', '--target', 'es2023', '--module', 'nodenext', '--types', 'node', ...more];
  const done = spawnSync(process.execPath, [compiler, '--ignoreConfig', ...options, ...files], {
    cwd: directory,
    encoding: 'utf8',
  });
  if (done.error !== undefined) throw done.error;
  return { directory, said: done.stdout + done.stderr };
}
