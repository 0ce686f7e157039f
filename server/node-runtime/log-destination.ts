/**
 * Where log lines go: a file descriptor, without waiting for whoever reads it. One rule: a log that cannot be written costs
 * lines, never the node, neither while it runs nor when it ends.
 */
import { constants, openSync, write, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

export interface LogDestination {
  /** Takes a whole line. */
  write(line: string): void;
  /** Writes what waits, as far as that is possible at once. */
  flushSync(): void;
  /** flushSync, then takes nothing more. */
  close(): void;
}

/** Characters that wait at most, such as for a full disk to have room again; further lines are lost. */
const longestQueue = 1_048_576;
/** Until what cannot be written is tried again, in ms. */
const retryMs = 100;

export interface LogDestinationOptions {
  /** A line is written before `write` returns, as far as that is possible at once. Of use where a write never waits: `openTerminal`. */
  readonly atOnce?: boolean;
}

/** Numbers that `openTerminal` has opened, once for all nodes of a process. They are never closed: a thread may be writing there. */
const terminals = new Map<number, number>();

/**
 * The terminal behind `fd` under another number, by which a write never waits. By `fd` itself one would wait for a terminal that was
 * stopped with Ctrl-S, or whose other end is gone, and the node with it.
 * @returns `fd` if that is no terminal, or the system gives no such number
 */
export function openTerminal(fd: number): number {
  // Anything else that was opened anew would be written from its beginning.
  if (process.platform !== 'linux' || !isatty(fd)) return fd;
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    const own = terminals.get(fd) ?? openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    terminals.set(fd, own);
    return own;
  } catch {
    // It belongs to another user, as after `su`.
    return fd;
  }
}

/** A process that ends without closing it, by `process.exit` or an exception, writes first what waits. */
export function createLogDestination(fd: number, { atOnce = false }: LogDestinationOptions = {}): LogDestination {
  const lines: string[] = [];
  let waiting = 0;
  /** What is being written, or was written in part. */
  let current: Buffer = Buffer.alloc(0);
  let isWriting = false;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;

  function next(): boolean {
    if (current.length > 0) return true;
    if (lines.length === 0) return false;
    current = Buffer.from(lines.join(''));
    lines.length = 0;
    waiting = 0;
    return true;
  }

  function pump(): void {
    if (isWriting || retry !== undefined || !next()) return;
    isWriting = true;
    const buffer = current;
    write(fd, buffer, (error, written) => {
      isWriting = false;
      // Unless a flush has gone on to what comes after it.
      if (current === buffer) {
        if (error !== null) return tryLater(error);
        current = buffer.subarray(written);
      }
      pump();
    });
  }

  function tryLater({ code }: NodeJS.ErrnoException): void {
    // Nobody reads it any more, or it is no file: it stays so.
    if (code === 'EPIPE' || code === 'EBADF' || code === 'EIO') {
      isClosed = true;
      current = Buffer.alloc(0);
      lines.length = 0;
      return;
    }
    if (isClosed || retry !== undefined) return;
    retry = setTimeout(() => {
      retry = undefined;
      pump();
    }, retryMs);
    retry.unref();
  }

  function flushSync(): void {
    // What another thread is writing at this moment, it writes to its end.
    if (isWriting) current = Buffer.alloc(0);
    try {
      while (next()) current = current.subarray(writeSync(fd, current));
    } catch (error) {
      tryLater(error as NodeJS.ErrnoException);
    }
  }

  process.on('exit', flushSync);
  return {
    write(line) {
      if (isClosed || waiting + line.length > longestQueue) return;
      lines.push(line);
      waiting += line.length;
      // What is under way on another thread may be written in part only, and goes on by itself.
      if (atOnce && !isWriting) flushSync();
      else pump();
    },
    flushSync,
    close() {
      process.off('exit', flushSync);
      flushSync();
      isClosed = true;
      clearTimeout(retry);
    },
  };
}
