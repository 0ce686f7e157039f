/**
 * Connections on which nothing is asked stay open, as proxies want it, while there is room. One rule: they give way
 * before a new connection is refused.
 */
import type { Server } from 'node:http';

/** Of the places; the rest is for those who come while idle connections are being closed. */
const roomy = 3 / 4;

/** Also sets how many connections there may be. */
export function limitConnections(server: Server, most: number): void {
  server.maxConnections = most;
  let open = 0;
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    if (open > most * roomy) server.closeIdleConnections();
  });
}
