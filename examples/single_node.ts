/**
 * A chain of one node in a temporary directory, and a payment on it, over HTTP as any other program would make it.
 *
 *   npm run example:single_node
 */
import { Server } from 'slotledger';
import {
  accountFromSecret,
  createClient,
  formatAmount,
  keyFromMnemonic,
  newMnemonic,
  parseAmount,
  walletOf,
} from 'slotledger/client';

const server = new Server();
await server.start(0);
const client = createClient({ url: `http://127.0.0.1:${server.httpPort}` });
const { chain, token, address_prefix: prefix } = await client.status();
console.log(`${chain} runs at ${client.url}`);

const amount = (text: string) => {
  const parsed = parseAmount(text, token);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
};
const key = keyFromMnemonic(newMnemonic());
if (!key.ok) throw new Error(key.problem);
const alice = accountFromSecret(key.value.secret, prefix);
const balance = async () => formatAmount((await client.account(alice.address)).balance, token);

// Development chains have a faucet that pays from the treasury.
const gift = await client.faucet(alice.address, amount('10'));
await client.waitUntilFinal(gift.id);
console.log(`alice holds ${await balance()}`);

const { accounts } = await client.genesis();
const shop = accounts.find((account) => account.name === 'shop');
if (shop === undefined) throw new Error('this chain has no shop');
const outputs = [{ to: shop.address, amount: amount('2.5') }];
const sent = await walletOf(client, alice).send({ type: 'transfer', outputs });
console.log(`paid the shop: final in ${Math.round(sent.tookMs)} ms, in block ${sent.answer.receipt?.index}`);
console.log(`alice holds ${await balance()}`);

await server.stop();
