/**
 * `npm run torture -- --kills N`: one validator under a steady load of payments is ended with `kill -9` again and
 * again. Afterwards every payment that was answered as accepted or final must stand in the chain exactly once, the
 * whole chain must verify, and a witness must have seen no key sign two things for one place.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { accountFromSecret, idOfTransaction, signTransaction } from '../../client/account.js';
import { type Client, createClient } from '../../client/http/client.js';
import { createKeystore } from '../../client/keystore/keystore.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import { toAmount, toNonce } from '../../ledger/values/numbers.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import { createRandom } from '../../server/simulator/random.js';
import { freePort } from '../cli/running-node.js';
import { startWitness } from './witness.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    rate: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});
const kills = Number(values.kills);
const rate = Number(values.rate);
const random = createRandom(Number(values.seed), 'torture');
const lanes = 8;
const bin = fileURLToPath(new URL('../../server/bin/server.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'slotledger-torture-'));

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Node {
  readonly process: ChildProcess;
  readonly ended: Promise<void>;
}

function startNode(p2pPort: number, httpPort: number): Node {
  const args = [bin, 'start', '--home', home, '--p2p-port', `${p2pPort}`, '--http-port', `${httpPort}`];
  const child = spawn(process.execPath, [...args, '--log-level', 'error'], { stdio: 'ignore' });
  return { process: child, ended: new Promise((resolve) => child.once('close', () => resolve())) };
}

async function answering(client: Client): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const up = await client.status().then(
      () => true,
      () => false,
    );
    if (up) return;
    if (Date.now() > deadline) throw new Error('the node does not come back within 20 s');
    await pause(10);
  }
}

/** A payer per lane: hands the next payment in until it is acknowledged, so that an unknown outcome becomes known. */
class Load {
  readonly acknowledged = new Map<TransactionId, Transaction>();
  #running = true;
  readonly #done: Promise<unknown>;

  constructor(client: Client, sign: (lane: number, nonce: number) => Transaction) {
    const payer = async (lane: number): Promise<void> => {
      for (let nonce = 0; this.#running; nonce++) {
        const transaction = sign(lane, nonce);
        while (this.#running && !(await this.#handIn(client, transaction))) await pause(5);
        await pause((lanes * 1000 * (50 + random.below(100))) / (100 * rate));
      }
    };
    this.#done = Promise.all(Array.from({ length: lanes }, (_, lane) => payer(lane)));
  }

  async #handIn(client: Client, transaction: Transaction): Promise<boolean> {
    try {
      await client.submit(transaction);
      this.acknowledged.set(idOfTransaction(transaction), transaction);
      return true;
    } catch (error) {
      if ((error as Error).name === 'NodeUnreachable') return false;
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
  }
}

/** How often each transaction stands in the chain. */
async function countInChain(client: Client): Promise<Map<TransactionId, number>> {
  const { final } = await client.status();
  const counts = new Map<TransactionId, number>();
  for (let index = 1; index <= final.index; index++) {
    const { block } = await client.block(index);
    for (const transaction of block.transactions) {
      const id = idOfTransaction(transaction);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}

async function main(): Promise<void> {
  const [p2pPort, httpPort] = [await freePort(), await freePort()];
  const client = createClient({ url: `http://127.0.0.1:${httpPort}` });
  let node = startNode(p2pPort, httpPort);
  await answering(client);
  const status = await client.status();
  const genesis = (await client.genesis()) as unknown as Genesis;
  const treasury = createKeystore(home).read('treasury');
  const shop = createKeystore(home).read('shop');
  if (!treasury.ok || !shop.ok || !('secret' in treasury.value.file))
    throw new Error('the development keys are missing');
  const payer = accountFromSecret(Buffer.from(String(treasury.value.file.secret), 'hex'), genesis.address_prefix);
  const to = genesis.accounts.find(({ name }) => name === 'shop')?.address;
  if (to === undefined) throw new Error('the shop is missing');
  const fee = toAmount(genesis.parameters.min_fee + genesis.parameters.min_fee_per_output);
  const sign = (lane: number, nonce: number): Transaction =>
    signTransaction(
      {
        chain: status.chain as never,
        type: 'transfer',
        from: payer.address,
        ...(lane === 0 ? {} : { lane }),
        nonce: toNonce(nonce),
        fee,
        outputs: [{ to, amount: toAmount(1 + (nonce % 100)) }],
      },
      payer.signer,
    );
  const witness = await startWitness({
    chain: status.chain as never,
    genesis,
    genesisHash: status.genesis_hash as Hash,
    nodes: [`127.0.0.1:${p2pPort}`],
  });
  const load = new Load(client, sign);
  const restartsMs: number[] = [];
  for (let kill = 1; kill <= kills; kill++) {
    await pause(random.between(20, 700));
    node.process.kill('SIGKILL');
    await node.ended;
    const started = performance.now();
    node = startNode(p2pPort, httpPort);
    await answering(client);
    restartsMs.push(performance.now() - started);
    await witness.attach();
  }
  await pause(1_000);
  await load.stop();
  const acknowledged = [...load.acknowledged.keys()];
  const deadline = Date.now() + 30_000;
  while ((await client.mempool()).count > 0 && Date.now() < deadline) await pause(50);
  const counts = await countInChain(client);
  const lost = acknowledged.filter((id) => counts.get(id) === undefined);
  const doubled = [...counts].filter(([, count]) => count > 1);
  await witness.stop();
  node.process.kill('SIGTERM');
  await node.ended;
  const verified = spawnSync(process.execPath, [bin, 'verify', '--home', home], { encoding: 'utf8' });
  restartsMs.sort((left, right) => left - right);
  const middle = restartsMs[restartsMs.length >> 1]?.toFixed(0);
  console.log(`${kills} kills; restart to answering: median ${middle} ms, most ${restartsMs.at(-1)?.toFixed(0)} ms`);
  console.log(`${acknowledged.length} payments acknowledged, ${lost.length} lost, ${doubled.length} doubled`);
  console.log(
    `${witness.entered()} signed votes and proposals seen, ${witness.contradictions().length} contradictions`,
  );
  for (const contradiction of witness.contradictions().slice(0, 5)) console.log(contradiction);
  console.log(
    `server verify: ${verified.status === 0 ? 'ok' : `exit ${verified.status}\n${verified.stdout}${verified.stderr}`}`,
  );
  const failed = lost.length > 0 || doubled.length > 0 || witness.contradictions().length > 0 || verified.status !== 0;
  if (failed || witness.entered() === 0 || acknowledged.length === 0) {
    console.log(`FAILED; the home is kept at ${home}`);
    process.exitCode = 1;
  } else rmSync(home, { recursive: true, force: true });
}

await main();
