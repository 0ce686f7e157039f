/**
 * Answers that are there before the request is. One rule: a connection is not reset under an answer because somebody
 * still writes; what comes meanwhile is read and thrown away.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a sender may take who does not stop sending, in ms. */
const lingerMs = 10_000;

/** For every request: where its answer ends the connection before all of it has come, its sender still gets to it. */
export function lingerOver(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  // node:http ends a connection by this method, right after this event.
  response.once('prefinish', () => {
    if (!request.complete) socket.destroySoon = () => linger(request, socket);
  });
}

function linger(request: IncomingMessage, socket: Socket): void {
  // The method of its class is back.
  delete (socket as Partial<Socket>).destroySoon;
  if (request.complete || socket.destroyed) {
    socket.destroySoon();
    return;
  }
  socket.end();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
  request.once('end', () => socket.destroySoon());
  request.resume();
}

/**
 * For a request that asks whether to send its body (`Expect: 100-continue`): told to go on, unless its length alone is
 * refused. Then it is answered at once, on a connection that ends, for nobody knows whether the body still comes.
 */
export function answerExpectation(request: IncomingMessage, response: ServerResponse, maxBodyBytes: number): void {
  if (Number(request.headers['content-length'] ?? 0) <= maxBodyBytes) response.writeContinue();
  else response.shouldKeepAlive = false;
}
