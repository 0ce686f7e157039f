/**
 * Answers that are not taken yet, by connection. One rule: who asks on and on without taking them is cut off, for a packet
 * holds a thousand questions, and each is held with its headers until its turn comes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface OpenAnswers {
  /** @returns whether the question may wait; if not, its connection is gone */
  readonly add: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** The one that was asked for before this one; undefined: it is the first. */
  readonly before: (response: ServerResponse) => ServerResponse | undefined;
  /** Whether a problem can still be the answer to what cannot be read: nothing else is being said, or has to be said before it. */
  readonly leavesRoom: (socket: Socket) => boolean;
}

/** @param most answers of one connection */
export function createOpenAnswers(most: number): OpenAnswers {
  /** In the order of their questions. */
  const bySocket = new WeakMap<Socket, Set<ServerResponse>>();
  const before = new WeakMap<ServerResponse, ServerResponse>();
  return {
    add({ socket }, response) {
      // What stood in the same packet is read all the same.
      if (socket.destroyed) return false;
      const open = bySocket.get(socket) ?? new Set();
      if (open.size >= most) {
        socket.destroy();
        return false;
      }
      bySocket.set(socket, open);
      const last = [...open].at(-1);
      if (last !== undefined) before.set(response, last);
      open.add(response);
      response.once('close', () => open.delete(response));
      return true;
    },
    before: (response) => before.get(response),
    leavesRoom: (socket) =>
      [...(bySocket.get(socket) ?? [])].every(({ headersSent, req }) => !headersSent && !req.complete),
  };
}
