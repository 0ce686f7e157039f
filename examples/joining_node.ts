/**
 * A node that joins the chain of `npm run example:bootstrap_node`: it fetches the chain, is given money by the first
 * node's faucet, bonds a stake of 1500, and leads from the epoch after the next on; then, of five slots, three.
 *
 *   npm run example:joining_node
 */
import { Server } from 'slotledger';
import { createClient } from 'slotledger/client';

const { NODE_HOME = './joining-node', HTTP_PORT = '8081', P2P_PORT = '9001' } = process.env;
const { FIRST_HTTP = 'http://127.0.0.1:8080', FIRST_PEER = '127.0.0.1:9000' } = process.env;

const server = new Server({ home: NODE_HOME, logLevel: 'warn' });
server.registerStakeholder('joining', 1500);
const network = { enableP2P: true, nodeId: 'joining', listenAddr: '127.0.0.1', p2pPort: Number(P2P_PORT) };
await server.start(Number(HTTP_PORT), { ...network, bootstrapPeers: [FIRST_PEER] }).catch((error: Error) => {
  console.error(
    `${error.message} Does \`npm run example:bootstrap_node\` run? HTTP_PORT and P2P_PORT choose other ports.`,
  );
  process.exit(1);
});
await createClient({ url: FIRST_HTTP }).faucet(server.addressOf('joining'), 2000);
console.log(`joined ${server.api?.chain} through ${FIRST_PEER}; 1500 are staked as soon as they have arrived`);
server.on('slot', ({ slot, leader }) => {
  const own = leader === server.api?.status().validator;
  console.log(`slot ${slot} of epoch ${server.getCurrentEpoch()}: ${own ? 'this node leads' : 'the other leads'}`);
});
await server.runUntilSignal();
