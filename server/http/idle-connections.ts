/**
 * Connections on which nothing is asked stay open, as proxies want it, while there is room. One rule: they give way
 * before a new connection is refused; then whoever has the most connections does.
 */
import type { Server } from 'node:http';
import { createPlaces } from './places.js';

/** Looking for idle ones passes all that are open: not for each that comes. */
const looksAReserve = 16;

/** @param most connections in all @param reserve of these are kept free of idle ones */
export function limitConnections(server: Server, most: number, reserve: number): void {
  // Those that are refused here are open for a moment as well.
  server.maxConnections = most + reserve;
  const places = createPlaces(most);
  const lookEvery = Math.max(1, Math.floor(reserve / looksAReserve));
  let open = 0;
  let sinceLook = 0;
  server.on('connection', (socket) => {
    const leave = places.enter(socket.remoteAddress ?? '', () => socket.destroy());
    if (leave === undefined) {
      socket.destroy();
      return;
    }
    open += 1;
    socket.once('close', () => {
      leave();
      open -= 1;
    });
    if (open <= most - reserve) return;
    sinceLook += 1;
    if (sinceLook < lookEvery) return;
    sinceLook = 0;
    server.closeIdleConnections();
  });
}
