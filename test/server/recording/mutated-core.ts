/** The shipped core with one line of it broken, compiled code in a scratch copy. One rule: the project is never touched. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { createConsensus } from '../../../consensus/consensus.js';
import type { Mutant } from '../../mutants/mutant.js';

const dist = fileURLToPath(new URL('../../../', import.meta.url));

/** @returns undefined for a mutant that breaks something other than the core, or whose text compiles to another */
export async function mutatedCore(t: TestContext, { edits }: Mutant): Promise<typeof createConsensus | undefined> {
  const compiled = edits.map((edit) => ({ ...edit, file: edit.file.replace(/\.ts$/, '.js') }));
  const fits = compiled.every(
    ({ file, find }) =>
      file.startsWith('consensus/') && readFileSync(join(dist, file), 'utf8').split(find).length === 2,
  );
  if (!fits) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-mutated-core-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  for (const floor of ['consensus', 'ledger']) cpSync(join(dist, floor), join(directory, floor), { recursive: true });
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'));
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  for (const { file, find, replace } of compiled) {
    const path = join(directory, file);
    const text = readFileSync(path, 'utf8').replace(find, () => replace);
    writeFileSync(path, text);
  }
  const mutated = (await import(pathToFileURL(join(directory, 'consensus/consensus.js')).href)) as {
    readonly createConsensus?: typeof createConsensus;
  };
  assert.ok(mutated.createConsensus);
  return mutated.createConsensus;
}
