/**
 * One socket to a peer: checked objects in, prioritised lines out, within its budgets. It knows nothing of chains or
 * identities. The one rule: whoever closes says why, once.
 */
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../replica/ports.js';
import {
  INPUT_BYTES_BURST,
  INPUT_BYTES_PER_SECOND,
  INPUT_MESSAGES_BURST,
  INPUT_MESSAGES_PER_SECOND,
  LINGER_MS,
  MAX_HELLO_LINE_BYTES,
  MAX_LINE_BYTES,
} from './limits.js';
import { LineGate } from './line-gate.js';
import { createOutbox, type Priority } from './outbox.js';
import { createTokenBucket } from './token-bucket.js';

export interface ConnectionHandlers {
  /** A line's object, strict JSON but not decoded yet. @returns ms to wait before the next one is read. */
  readonly onObject: (value: object) => number;
  /** The peer's bytes broke a rule. The handler closes. */
  readonly onViolation: (detail: string) => void;
  /** The other side sends no more. Whatever it asked for was handed to onObject before. */
  readonly onEnd: () => void;
  /** Called once, last. */
  readonly onClosed: (reason: string) => void;
}

export interface Connection {
  /** `host:port` of the far end. */
  readonly remote: { readonly host: string; readonly port: number };
  /** @returns false if the line was let go because the peer is slow. A peer too slow for urgent lines is closed. */
  send(line: Buffer, priority: Priority): boolean;
  /** Writes what waits, then ends; cut after LINGER_MS. Further input is ignored. */
  close(reason: string): void;
  /** At once, whatever waits. */
  cut(): void;
  /** From hello's limit to that of blocks: the peer is proved. */
  allowLongLines(): void;
  isOpen(): boolean;
  stalledSince(): number | undefined;
  bytesIn(): number;
  /** `bytesIn` while a line has begun and not ended; else undefined. */
  bytesInLine(): number | undefined;
  bytesOut(): number;
}

export function createConnection(socket: Socket, clock: Clock, handlers: ConnectionHandlers): Connection {
  const remote = { host: plainHost(socket.remoteAddress), port: socket.remotePort ?? 0 };
  const outbox = createOutbox(socket, clock);
  const gate = new LineGate({
    maxLineBytes: MAX_HELLO_LINE_BYTES,
    refuse: (detail) => {
      if (open) handlers.onViolation(detail);
    },
    budget: {
      clock,
      bytes: createTokenBucket(clock, INPUT_BYTES_PER_SECOND, INPUT_BYTES_BURST),
      lines: createTokenBucket(clock, INPUT_MESSAGES_PER_SECOND, INPUT_MESSAGES_BURST),
    },
  });
  let open = true;
  let closeReason = 'the other side closed the connection';
  let cancelLinger: (() => void) | undefined;
  let cancelWait: (() => void) | undefined;

  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);

  /** A stream would take an exception for a failed connection. It is a bug of ours and has to stop the process. */
  function handle(value: object): number {
    try {
      return handlers.onObject(value);
    } catch (bug) {
      setImmediate(() => {
        throw bug;
      });
      return 0;
    }
  }

  const sink = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(value: object, _encoding, done) {
      const waitMs = open ? handle(value) : 0;
      // Not in the timer itself: one phase of timers runs again what falls due within it.
      if (waitMs > 0) cancelWait = clock.at(clock.now() + waitMs, () => setImmediate(done));
      else done();
    },
  });
  pipeline(socket, gate, sink).then(
    () => {
      if (open) handlers.onEnd();
    },
    (error: Error) => {
      if (open) closeReason = `the connection failed: ${error.message}`;
      socket.destroy();
    },
  );
  socket.on('error', (error) => {
    if (open) closeReason = `the connection failed: ${error.message}`;
  });
  socket.on('close', () => {
    open = false;
    cancelLinger?.();
    cancelWait?.();
    handlers.onClosed(closeReason);
  });

  function close(reason: string): void {
    if (!open) return;
    open = false;
    closeReason = reason;
    cancelLinger = clock.at(clock.now() + LINGER_MS, () => socket.destroy());
    outbox.whenEmpty(() => socket.end());
  }

  return {
    remote,
    send(line, priority) {
      if (!open) return false;
      const outcome = outbox.push(line, priority);
      if (outcome === 'overflow') {
        closeReason = 'the peer is too slow: too many messages wait for it';
        open = false;
        socket.destroy();
      }
      return outcome === 'queued';
    },
    close,
    cut: () => socket.destroy(),
    allowLongLines: () => gate.setMaxLineBytes(MAX_LINE_BYTES),
    isOpen: () => open,
    stalledSince: outbox.stalledSince,
    bytesIn: () => gate.bytesIn,
    bytesInLine: () => (gate.isInLine ? gate.bytesIn : undefined),
    bytesOut: () => socket.bytesWritten,
  };
}

/** An IPv4 address that arrived through an IPv6 socket is the same address. */
function plainHost(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
}
