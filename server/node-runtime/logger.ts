/** The node's log: JSON lines with `node_id`, `service` and `pid`; readable lines where a person looks on. */
import { createRequire } from 'node:module';
import { type Logger, pino, stdTimeFunctions } from 'pino';
import type { PinoPretty } from 'pino-pretty';
import type { LogLevel } from '../server-options.js';

export interface LogOptions {
  readonly level: LogLevel;
  /** Absent: if standard output is a terminal. */
  readonly pretty?: boolean;
  readonly nodeId: string;
}

export function createLog({ level, pretty: readable = process.stdout.isTTY, nodeId }: LogOptions): Logger {
  const options = {
    level,
    base: { node_id: nodeId, service: 'slotledger', pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
  };
  if (level === 'silent' || readable !== true) return pino(options);
  // Loaded where a person looks on only: it is a tenth of the time that a node takes to start.
  const require = createRequire(import.meta.url);
  const pretty: typeof PinoPretty = require('pino-pretty');
  const stream = pretty({ ignore: 'pid,service,node_id', translateTime: 'HH:MM:ss.l', sync: true, singleLine: true });
  return pino(options, stream);
}
