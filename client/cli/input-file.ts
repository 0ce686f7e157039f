/** Reads what a command is given: a file, or standard input for `-`. */
import { open } from 'node:fs/promises';
import { usageProblem } from './cli-problem.js';

/** Bytes; no value of this protocol is larger. */
const maxInputBytes = 1_048_576;

export async function readInput(file: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const handle = file === '-' ? undefined : await open(file);
  const source: AsyncIterable<Uint8Array> = handle?.createReadStream() ?? process.stdin;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > maxInputBytes) throw usageProblem(`${inputName(file)} is larger than 1 MiB.`, 'Give one JSON value.');
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    throw usageProblem(`${inputName(file)} is not UTF-8 text.`, 'Give a JSON file.');
  }
}

export const inputName = (file: string): string => (file === '-' ? 'Standard input' : file);
