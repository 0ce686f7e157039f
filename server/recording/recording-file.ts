/**
 * A recording on disk: appended to by each run of a node, readable by its owner only. One rule: it never holds the node
 * up and never stops it; when the file is full or the disk does not keep up or fails, it says so once and ends.
 */
import { close, closeSync, fchmodSync, fstatSync, ftruncateSync, openSync, readSync, write, writeSync } from 'node:fs';
import { SlotledgerError } from '../errors.js';
import type { RecordingSink } from './record-consensus.js';
import { maxRecordingBytes, maxWaitingBytes, type RecordingEnd, splitLine } from './recording-lines.js';

export interface RecordingFileOptions {
  readonly path: string;
  /** Called once, when it ends before the node does: one sentence. */
  readonly onEnded: (sentence: string) => void;
  /** The last line, for a reason. */
  readonly endLine: (end: RecordingEnd) => string;
  /** Starting values: those of recording-lines.ts. */
  readonly limitBytes?: number;
  readonly waitingBytes?: number;
}

export interface RecordingFile extends RecordingSink {
  /** Writes what waits and a last line. */
  close(): Promise<void>;
}

/** Kept free for the last line. */
const endLineBytes = 256;

/** @throws SlotledgerError RECORDING_NOT_OPENED */
export function openRecordingFile(options: RecordingFileOptions): RecordingFile {
  const { path, onEnded, endLine, limitBytes = maxRecordingBytes, waitingBytes = maxWaitingBytes } = options;
  const { handle, size } = open(path);
  /** Where the next write goes; what is before it is written or being written. */
  let at = size;
  let waiting: Buffer[] = [];
  let waitingSize = 0;
  let writing: { readonly buffer: Buffer; readonly at: number; readonly done: Promise<void> } | undefined;
  let ended = false;
  let failed = false;

  function fail(cause: Error): void {
    failed = true;
    waiting = [];
    waitingSize = 0;
    if (!ended) onEnded(`The recording ${path} ends here: it cannot be written (${cause.message}). The node goes on.`);
    ended = true;
  }

  function take(line: string): void {
    const bytes = Buffer.from(line);
    waiting.push(bytes);
    waitingSize += bytes.length;
    startWriting();
  }

  function takeAll(): Buffer {
    const all = Buffer.concat(waiting, waitingSize);
    waiting = [];
    waitingSize = 0;
    return all;
  }

  function startWriting(): void {
    if (writing !== undefined || failed || waitingSize === 0) return;
    const buffer = takeAll();
    const start = at;
    at += buffer.length;
    const done = writeAll(handle, buffer, start).then(
      () => {
        writing = undefined;
        startWriting();
      },
      (error: Error) => {
        writing = undefined;
        fail(error);
      },
    );
    writing = { buffer, at: start, done };
  }

  function end(reason: RecordingEnd, sentence?: string): void {
    ended = true;
    take(endLine(reason));
    if (sentence !== undefined) onEnded(`The recording ${path} ends here: ${sentence} The node goes on.`);
  }

  return {
    write(line) {
      if (ended) return false;
      const bytes = Buffer.byteLength(line);
      if (at + waitingSize + bytes > limitBytes - endLineBytes) {
        end('full', `it has reached its limit of ${limitBytes} bytes.`);
      } else if (waitingSize + bytes > waitingBytes) {
        end('slow', `${waitingSize} bytes wait for the disk, which does not keep up.`);
      } else take(line);
      return !ended;
    },
    flush() {
      if (failed) return;
      try {
        // Written twice rather than not at all: the same bytes at the same place.
        if (writing !== undefined) writeSyncAll(handle, writing.buffer, writing.at);
        const rest = takeAll();
        writeSyncAll(handle, rest, at);
        at += rest.length;
      } catch (error) {
        fail(error as Error);
      }
    },
    async close() {
      if (!ended) end('stopped');
      while (writing !== undefined) await writing.done;
      await new Promise<void>((resolve) => close(handle, () => resolve()));
    },
  };
}

/** An unfinished last line, of a run that was killed, is cut off. */
function open(path: string): { readonly handle: number; readonly size: number } {
  let handle: number | undefined;
  try {
    handle = openSync(path, 'a+', 0o600);
    closeSync(handle);
    handle = openSync(path, 'r+');
    const stat = fstatSync(handle);
    if (!stat.isFile()) throw new Error('it is not a file');
    if (stat.size > 0 && !beginsAsRecording(handle)) throw new Error('it exists and is not a recording');
    fchmodSync(handle, 0o600);
    const size = wholeLines(handle, stat.size);
    if (size < stat.size) ftruncateSync(handle, size);
    return { handle, size };
  } catch (error) {
    if (handle !== undefined) closeQuietly(handle);
    throw new SlotledgerError(
      'RECORDING_NOT_OPENED',
      `Nothing can be recorded to ${path}: ${(error as Error).message}.`,
      'Name another file with --record.',
    );
  }
}

function beginsAsRecording(handle: number): boolean {
  const start = Buffer.alloc(100);
  const count = readSync(handle, start, 0, start.length, 0);
  return splitLine(start.toString('utf8', 0, count)) !== undefined;
}

/** @returns where the last line that has an end ends */
function wholeLines(handle: number, size: number): number {
  const chunk = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - chunk.length);
    const count = readSync(handle, chunk, 0, end - start, start);
    const newline = chunk.subarray(0, count).lastIndexOf(0x0a);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

async function writeAll(handle: number, buffer: Buffer, at: number): Promise<void> {
  for (let done = 0; done < buffer.length; ) {
    const from = done;
    done += await new Promise<number>((resolve, reject) => {
      write(handle, buffer, from, buffer.length - from, at + from, (error, count) =>
        error ? reject(error) : resolve(count),
      );
    });
  }
}

function writeSyncAll(handle: number, buffer: Buffer, at: number): void {
  for (let done = 0; done < buffer.length; ) done += writeSync(handle, buffer, done, buffer.length - done, at + done);
}

function closeQuietly(handle: number): void {
  try {
    closeSync(handle);
  } catch {
    // It was closed already; what went wrong first is what is told.
  }
}
