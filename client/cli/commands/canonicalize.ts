/** `wallet canonicalize FILE`: the bytes that hashes are made of, to be checked with common tools. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../ledger/values/canonical.js';

import { usageProblem } from '../cli-problem.js';
import type { Context } from '../context.js';
import { inputName, readJson } from '../input-file.js';

export async function canonicalize(context: Context, file: string): Promise<void> {
  const value = await readJson(file);
  if (!value.ok) throw usageProblem(`${inputName(file)} has no canonical form: ${value.problem}`, 'Correct the JSON.');
  const canonical = canonicalJson(value.value);
  const sha256 = createHash('sha256').update(canonical).digest('hex');
  if (context.terminal.json) {
    context.terminal.result({ canonical, sha256: `0x${sha256}` }, () => canonical);
    return;
  }
  // Exactly the bytes, so that they can be piped into sha256sum.
  process.stdout.write(process.stdout.isTTY ? `${canonical}\n` : canonical);
  context.terminal.note(`sha256 0x${sha256}`);
}
