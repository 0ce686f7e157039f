/**
 * A node inside your own process, without any port: hand transactions in, hear what becomes final, ask for balances.
 *
 *   npm run example:embed
 */
import { once } from 'node:events';
import { Server } from 'slotledger';
import { accountFromSecret, keyFromMnemonic, newMnemonic } from 'slotledger/client';

const server = new Server({ http: false });
await server.start();
const { api } = server;
if (api?.faucet === undefined) throw new Error('this is no development chain');

server.on('final', ({ index, transactions }) => {
  console.log(`block ${index} is final with ${transactions.length} transactions`);
});

const key = keyFromMnemonic(newMnemonic());
if (!key.ok) throw new Error(key.problem);
const { address } = accountFromSecret(key.value.secret, api.genesis.address_prefix);

const final = once(server, 'final');
await api.faucet(address, 1_000);
await final;
console.log(`${address} holds ${server.getBalance(address)} units; ${server.getBlockCount()} blocks are final`);

await server.stop();
