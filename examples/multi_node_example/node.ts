/** One of the four nodes: a process of its own. Its settings come as one JSON argument. */
import { Server } from 'slotledger';

export interface NodeSettings {
  readonly home: string;
  readonly name: string;
  readonly httpPort: number;
  readonly p2pPort: number;
  /** `host:port` of the others. */
  readonly others: readonly string[];
}

const { home, name, httpPort, p2pPort, others } = JSON.parse(process.argv[2] ?? '{}') as NodeSettings;
const server = new Server({ home, logLevel: 'error', prettyLogs: false });
await server.start(httpPort, {
  enableP2P: true,
  nodeId: name,
  listenAddr: '127.0.0.1',
  p2pPort,
  bootstrapPeers: others,
});
process.stdin.resume().once('end', () => void process.kill(process.pid, 'SIGTERM'));
await server.runUntilSignal();
process.stdin.destroy();
