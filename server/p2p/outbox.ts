/**
 * What waits to be written to one peer, in two queues. The one rule: a vote, proposal or certificate is written before
 * any page of blocks or batch of transactions, and nothing waits without limit.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../replica/ports.js';
import { MAX_QUEUED_BULK_BYTES, MAX_QUEUED_URGENT_BYTES } from './limits.js';

export type Priority = 'urgent' | 'bulk';

export interface Outbox {
  /** `dropped`: bulk for a slow peer was let go. `overflow`: even urgent messages do not leave; drop the peer. */
  push(line: Buffer, priority: Priority): 'queued' | 'dropped' | 'overflow';
  queuedBytes(): number;
  /** Since when nothing of what waits was taken by the peer; undefined: nothing waits. */
  stalledSince(): number | undefined;
  /** Calls back once when everything is handed to the system. */
  whenEmpty(call: () => void): void;
}

interface Queue {
  readonly lines: Buffer[];
  first: number;
  bytes: number;
}

const MAX_BYTES = { urgent: MAX_QUEUED_URGENT_BYTES, bulk: MAX_QUEUED_BULK_BYTES } as const;

export function createOutbox(socket: Socket, clock: Clock): Outbox {
  const queues: { readonly [Which in Priority]: Queue } = {
    urgent: { lines: [], first: 0, bytes: 0 },
    bulk: { lines: [], first: 0, bytes: 0 },
  };
  let blockedSince: number | undefined;
  let corked = false;
  let onEmpty: (() => void)[] = [];

  function takeFrom(queue: Queue): Buffer | undefined {
    const line = queue.lines[queue.first];
    if (line === undefined) return undefined;
    queue.first += 1;
    queue.bytes -= line.length;
    if (queue.first > 64 && 2 * queue.first > queue.lines.length) {
      queue.lines.splice(0, queue.first);
      queue.first = 0;
    }
    return line;
  }

  /** Lines of one turn of the event loop leave in one write. */
  function cork(): void {
    if (corked) return;
    corked = true;
    socket.cork();
    process.nextTick(() => {
      corked = false;
      socket.uncork();
    });
  }

  function pump(): void {
    if (socket.destroyed) return;
    while (blockedSince === undefined) {
      const line = takeFrom(queues.urgent) ?? takeFrom(queues.bulk);
      if (line === undefined) {
        for (const call of onEmpty.splice(0)) call();
        return;
      }
      cork();
      if (!socket.write(line)) blockedSince = clock.now();
    }
  }

  socket.on('drain', () => {
    blockedSince = undefined;
    pump();
  });
  socket.on('close', () => {
    onEmpty = [];
    queues.urgent.lines.length = 0;
    queues.bulk.lines.length = 0;
  });

  return {
    push(line, priority) {
      const queue = queues[priority];
      if (queue.bytes + line.length > MAX_BYTES[priority]) return priority === 'bulk' ? 'dropped' : 'overflow';
      queue.lines.push(line);
      queue.bytes += line.length;
      pump();
      return 'queued';
    },
    queuedBytes: () => queues.urgent.bytes + queues.bulk.bytes + socket.writableLength,
    stalledSince: () => blockedSince,
    whenEmpty(call) {
      onEmpty.push(call);
      pump();
    },
  };
}
