/** Finds ports that can be listened on, so that the command we print instead of a refused one works. */
import { createServer } from 'node:net';

const attempts = 100;

export interface Listening {
  readonly p2pHost: string;
  readonly p2pPort: number;
  readonly httpHost: string;
  readonly httpPort: number;
}

/** The nearest pair from the wanted one on, two different ones; each keeps its number if it is free. */
export async function freePorts(wanted: Listening): Promise<{ readonly p2p: number; readonly http: number }> {
  const p2p = await nearestFree(wanted.p2pHost, wanted.p2pPort);
  return { p2p, http: await nearestFree(wanted.httpHost, wanted.httpPort, p2p) };
}

async function nearestFree(host: string, first: number, taken?: number): Promise<number> {
  for (let port = first; port < Math.min(first + attempts, 65_536); port += 1) {
    if (port !== taken && (await canListen(host, port))) return port;
  }
  return 0;
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
