/** Builds power-cut.c once a machine and version of its text, or says why it cannot be. */
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside the sources: the compiler of TypeScript does not carry it over. */
const source = fileURLToPath(new URL('../../../../test/torture/disk/power-cut.c', import.meta.url));
const compilers = ['gcc', 'cc', 'clang', 'g++'];

export type Library = { readonly path: string } | { readonly missing: string };

let built: Library | undefined;

export function powerCutLibrary(): Library {
  built ??= build();
  return built;
}

function build(): Library {
  if (process.platform !== 'linux')
    return { missing: `LD_PRELOAD works as needed on Linux, and this is ${process.platform}` };
  const user = process.getuid?.() ?? 0;
  const directory = join(
    tmpdir(),
    `slotledger-power-cut-${user}-${hash('sha256', readFileSync(source), 'hex').slice(0, 16)}`,
  );
  const path = join(directory, 'power-cut.so');
  if (existsSync(path)) return { path };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${process.pid}`;
  for (const compiler of compilers) {
    const words = ['-x', 'c', '-O2', '-shared', '-fPIC', '-o', unfinished, source, '-ldl', '-lpthread'];
    const { status, error } = spawnSync(compiler, words, { encoding: 'utf8' });
    if (error !== undefined || status !== 0) continue;
    renameSync(unfinished, path);
    return { path };
  }
  return { missing: `none of ${compilers.join(', ')} compiles C here` };
}
