/**
 * A link between two nodes that a test can slow, jitter, cut and mend: bytes pass in order, each chunk after the delay
 * in force when it arrived, as on a longer wire. The kernel offers no delay queue here, so this stands in for one.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface LinkDelay {
  /** One way, in ms. */
  readonly delayMs: number;
  /** Up to this much more, in ms; order is kept. */
  readonly jitterMs: number;
}

export interface TcpProxy {
  readonly port: number;
  setDelay(delay: LinkDelay): void;
  /** Nothing passes and new connections go nowhere; connections stay open, as with a pulled cable. */
  cut(): void;
  /** Passes again. What was sent meanwhile is lost with its connections, which are closed. */
  mend(): void;
  /** Connections accepted so far. */
  accepted(): number;
  close(): Promise<void>;
}

/** @param random 0 <= x < 1, for the jitter */
export async function createTcpProxy(targetPort: number, random: () => number): Promise<TcpProxy> {
  let delay: LinkDelay = { delayMs: 0, jitterMs: 0 };
  let isCut = false;
  let accepted = 0;
  const open = new Set<Socket>();

  const pipe = (from: Socket, to: Socket): void => {
    let notBefore = 0;
    let chain = Promise.resolve();
    from.on('data', (chunk) => {
      if (isCut) {
        from.pause();
        return;
      }
      const due = Math.max(notBefore, performance.now() + delay.delayMs + random() * delay.jitterMs);
      notBefore = due;
      chain = chain.then(() => deliverAt(due, to, chunk));
    });
    const end = (): void => {
      chain = chain.then(() => {
        to.destroy();
      });
    };
    from.on('close', end);
    from.on('error', () => from.destroy());
  };
  const deliverAt = async (due: number, to: Socket, chunk: Buffer): Promise<void> => {
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (!isCut && !to.destroyed) to.write(chunk);
  };

  const server: Server = createServer((inner) => {
    accepted++;
    const outer = connect(targetPort, '127.0.0.1');
    for (const socket of [inner, outer]) {
      socket.setNoDelay(true);
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    }
    pipe(inner, outer);
    pipe(outer, inner);
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', listening);
  });
  const dropAll = (): void => {
    for (const socket of open) socket.destroy();
  };

  return {
    port: (server.address() as AddressInfo).port,
    setDelay(next) {
      delay = next;
    },
    cut() {
      isCut = true;
    },
    mend() {
      isCut = false;
      dropAll();
    },
    accepted: () => accepted,
    async close() {
      dropAll();
      await new Promise((closed) => server.close(closed));
    },
  };
}
