/** Finds ports that can be listened on, so that the command we print instead of a refused one works. */
import { createServer } from 'node:net';

const attempts = 100;

export interface Listening {
  readonly p2pHost: string;
  readonly p2pPort: number;
  readonly httpHost: string;
  readonly httpPort: number;
  /** On the HTTP host; absent: none is wanted. */
  readonly metricsPort?: number;
}

export interface FreePorts {
  readonly p2p: number;
  readonly http: number;
  readonly metrics?: number;
}

/** The nearest ones from the wanted on, all different; each keeps its number if it is free. */
export async function freePorts({ p2pHost, p2pPort, httpHost, httpPort, metricsPort }: Listening): Promise<FreePorts> {
  const p2p = await nearestFree(p2pHost, p2pPort);
  const http = await nearestFree(httpHost, httpPort, p2p);
  if (metricsPort === undefined) return { p2p, http };
  return { p2p, http, metrics: await nearestFree(httpHost, metricsPort, p2p, http) };
}

async function nearestFree(host: string, first: number, ...taken: readonly number[]): Promise<number> {
  for (let port = first; port < Math.min(first + attempts, 65_536); port += 1) {
    if (!taken.includes(port) && (await canListen(host, port))) return port;
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
