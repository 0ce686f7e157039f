/** The node's log: JSON lines with `node_id`, `service` and `pid`; readable lines where a person looks on. */
import { createRequire } from 'node:module';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { PinoPretty } from 'pino-pretty';
import type { LogLevel } from '../server-options.js';
import { createLogDestination, type LogDestination, openTerminal } from './log-destination.js';

export interface LogOptions {
  readonly level: LogLevel;
  /** Absent: if standard output is a terminal. */
  readonly pretty?: boolean;
  readonly nodeId: string;
}

export interface Log {
  readonly log: Logger;
  /** Writes what waits; what is logged later is lost. */
  close(): void;
}

export function createLog({ level, pretty: readable = process.stdout.isTTY, nodeId }: LogOptions): Log {
  const options = {
    level,
    base: { node_id: nodeId, service: 'slotledger', pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
  };
  const isReadable = level !== 'silent' && readable === true;
  // A program that has put a function of its own in the place of this one wants the lines there.
  if (!isReadable && Object.hasOwn(process.stdout, 'write')) return { log: pino(options), close: () => undefined };
  // In a worker thread standard output has no number.
  const fd = process.stdout.fd ?? 1;
  // What a person reads is written at once, so that it stands in order with what else the terminal shows.
  const destination = isReadable ? createLogDestination(openTerminal(fd), { atOnce: true }) : createLogDestination(fd);
  const log = pino(options, isReadable ? readableLines(destination) : destination);
  return { log, close: destination.close };
}

function readableLines(destination: LogDestination): DestinationStream {
  // Loaded where a person looks on only: it is a tenth of the time that a node takes to start.
  const require = createRequire(import.meta.url);
  const { prettyFactory }: typeof PinoPretty = require('pino-pretty');
  const readable = prettyFactory({ ignore: 'pid,service,node_id', translateTime: 'HH:MM:ss.l', singleLine: true });
  return {
    write(line) {
      destination.write(readable(line));
    },
  };
}
