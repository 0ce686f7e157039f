/** Accepts connections. The one rule: a socket that the door refuses is cut before it costs anything. */
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import type { PublicKey } from '../../ledger/values/text.js';
import type { Door } from './door.js';
import type { TlsTransport } from './tls-transport.js';

export interface FetchServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly door: Door;
  /** A new socket. Call `proved` when its node has proved itself. */
  readonly onSocket: (socket: Socket, proved: () => void, key?: PublicKey) => void;
  /** Absent: without TLS. */
  readonly tls?: TlsTransport | undefined;
  /** With TLS: a connection that did not come about, and why. */
  readonly onTlsProblem: (address: string, problem: string) => void;
}

export class FetchServer {
  readonly #options: FetchServerOptions;
  readonly #server: NetServer;
  readonly #sockets = new Set<Socket>();

  constructor(options: FetchServerOptions) {
    this.#options = options;
    // Half-open, so that who sends one question and its end still gets the answer.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#admit(socket));
  }

  /** @returns the port. Rejects with the system's error, such as EADDRINUSE. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.off('error', reject);
        // Running out of file descriptors must not stop the node: connections wait in the system's queue.
        this.#server.on('error', () => {});
        resolve(this.port ?? 0);
      });
    });
  }

  /** The port it listens on; undefined while it does not. */
  get port(): number | undefined {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : undefined;
  }

  /** Stops listening and cuts what is still connected. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #admit(socket: Socket): void {
    const guest = this.#options.door.enter(socket.remoteAddress ?? '', () => socket.destroy());
    if (!guest) {
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('close', () => {
      guest.left();
      this.#sockets.delete(socket);
    });
    const { tls, onSocket, onTlsProblem } = this.#options;
    if (tls === undefined) {
      onSocket(socket, guest.proved);
      return;
    }
    const address = socket.remoteAddress ?? '';
    void tls.accept(socket).then((secured) => {
      if (secured.ok) onSocket(secured.value.socket, guest.proved, secured.value.key);
      else onTlsProblem(address, secured.problem);
    });
  }
}
