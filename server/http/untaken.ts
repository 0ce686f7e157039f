/**
 * Answers that nobody takes. One rule: an answer that has begun, and of which nothing is taken for so long, ends with its
 * connection; it would be held for ever, as nothing else looks at a connection with an answer on it.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * @param fromHead whether it is one answer in one go: watched from its head on. Streams, which rest between what they say,
 *   look after themselves until they end
 * @param stallMs what is taken in between, however little, starts it anew
 */
export function endUntaken(socket: Socket, response: ServerResponse, fromHead: boolean, stallMs: number): void {
  // Others of its connection may come first, and may take their time. node:http ends a connection at its 'timeout'.
  const watch = (): void => {
    if (response.socket === socket) socket.setTimeout(stallMs);
  };
  response.once('prefinish', watch);
  // Before node:http sets how long the connection may be idle.
  response.prependOnceListener('finish', () => socket.setTimeout(0));
  if (!fromHead) return;
  const begin = response.writeHead;
  response.writeHead = ((...head: Parameters<typeof begin>) => {
    watch();
    return begin.apply(response, head);
  }) as typeof begin;
}
