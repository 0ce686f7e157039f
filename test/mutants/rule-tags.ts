/** Rules and mutants belong together: every tag of the protocol has a mutant, every mutant a tag, every edit its text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { equivalents, mutants } from './list.js';
import { occurrences } from './scratch.js';

const tagsIn = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/\[([1-8]-[a-z-]+)\]/g)].map(([, tag]) => tag!);

/** @returns one sentence for everything that does not fit; empty when all does */
export function faultsOfTheList(root = '.'): readonly string[] {
  const faults: string[] = [];
  const inProtocol = tagsIn(join(root, 'docs/PROTOCOL.md'));
  const core = join(root, 'consensus');
  const inCore = readdirSync(core).flatMap((name) => tagsIn(join(core, name)));
  const known = new Set([...inProtocol, ...inCore]);
  const broken = new Set([...mutants, ...equivalents].map(({ rule }) => rule));
  for (const tag of [...known].sort()) if (!broken.has(tag)) faults.push(`[${tag}] has no mutant`);
  for (const { name, rule } of mutants) {
    if (!inProtocol.includes(rule)) faults.push(`${name} breaks [${rule}], which PROTOCOL.md does not have`);
  }
  const names = new Set<string>();
  for (const { name, edits } of mutants) {
    if (names.has(name)) faults.push(`two mutants are called ${name}`);
    names.add(name);
    if (edits.length === 0) faults.push(`${name} changes nothing`);
    for (const edit of edits) {
      const count = occurrences(edit, root);
      if (count !== 1) faults.push(`${name}: the text to replace stands ${count} times in ${edit.file}: ${edit.find}`);
      if (edit.find === edit.replace) faults.push(`${name} replaces a text by itself`);
    }
  }
  return faults;
}
