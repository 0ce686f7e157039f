/** Reads the JSON that a command is given: a file, or standard input for `-`. Judged as strictly as a node would. */
import { open } from 'node:fs/promises';
import { err, ok, type Result } from '../../ledger/values/result.js';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import { usageProblem } from './cli-problem.js';

/** Bytes; no value of this protocol is larger, but a genesis file. */
const maxInputBytes = 1_048_576;

/** @param maxBytes whole MiB @returns the value, or a sentence that says what is wrong with the text */
export async function readJson(file: string, maxBytes = maxInputBytes): Promise<Result<unknown, string>> {
  const parsed = parseStrictJson(await readBytes(file, maxBytes));
  if (parsed.ok) return ok(parsed.value);
  const { path, detail } = parsed.problem;
  return err(path === '' ? detail : `At ${path}: ${detail}`);
}

async function readBytes(file: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const handle = file === '-' ? undefined : await open(file);
  const source: AsyncIterable<Uint8Array> = handle?.createReadStream() ?? process.stdin;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw usageProblem(`${inputName(file)} is larger than ${maxBytes / 1_048_576} MiB.`, 'Give one JSON value.');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export const inputName = (file: string): string => (file === '-' ? 'Standard input' : file);
