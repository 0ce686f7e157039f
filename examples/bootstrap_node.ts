/**
 * The first node of a chain for several. It has a stake of 1000 and waits for others: `npm run example:joining_node` in
 * another terminal. Ctrl-C stops it; started again, it goes on where it was.
 *
 *   npm run example:bootstrap_node
 */
import { Server } from 'slotledger';

const { NODE_HOME = './bootstrap-node', HTTP_PORT = '8080', P2P_PORT = '9000', SLOT_MS = '1000' } = process.env;

const server = new Server({ home: NODE_HOME, slotDurationMs: Number(SLOT_MS), slotsPerEpoch: 10, logLevel: 'warn' });
server.registerStakeholder('bootstrap', 1000);
const network = { enableP2P: true, nodeId: 'bootstrap', listenAddr: '127.0.0.1', p2pPort: Number(P2P_PORT) };
await server.start(Number(HTTP_PORT), network).catch((error: Error) => {
  console.error(`${error.message} HTTP_PORT and P2P_PORT in the environment choose other ports.`);
  process.exit(1);
});
console.log(`chain ${server.api?.chain}: others join at 127.0.0.1:${server.p2pPort}`);
server.on('slot', ({ slot, leader }) => {
  const own = leader === server.api?.status().validator;
  console.log(`slot ${slot} of epoch ${server.getCurrentEpoch()}: ${own ? 'this node leads' : 'the other leads'}`);
});
await server.runUntilSignal();
