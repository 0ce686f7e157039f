/** Replays a recording from disk, a piece at a time. One rule: an unfinished last line is told, not replayed. */
import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { createReplay, type ReplayOptions, type ReplayReport } from './replay.js';

const chunkBytes = 1024 * 1024;
/** Far more than a line ever has; what is longer is not a recording. */
const maxLineCharacters = 64 * 1024 * 1024;

/** @throws the system's error when the file cannot be read */
export function replayFile(path: string, options: ReplayOptions): ReplayReport {
  const replay = createReplay(options);
  const handle = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(chunkBytes);
    const decoder = new StringDecoder('utf8');
    let rest = '';
    for (let count = readSync(handle, chunk); count > 0; count = readSync(handle, chunk)) {
      const lines = (rest + decoder.write(chunk.subarray(0, count))).split('\n');
      rest = lines.pop()!;
      for (const line of lines) if (!replay.take(line)) return replay.report();
      if (rest.length > maxLineCharacters && !replay.take(rest)) return replay.report();
    }
    return replay.report(Buffer.byteLength(rest + decoder.end()));
  } finally {
    closeSync(handle);
  }
}
