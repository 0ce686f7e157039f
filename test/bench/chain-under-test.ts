/**
 * Real `server start` processes on homes that `server testnet` made, with payers that have money. Whoever measures gets
 * the nodes, the payers and what their genesis says; stopping takes everything away again.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { accountFromSecret } from '../../client/account.js';
import { createKeystore } from '../../client/keystore/keystore.js';
import { walletOf } from '../../client/wallet.js';
import { encodeAddress } from '../../ledger/values/address.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import { toAmount } from '../../ledger/values/numbers.js';
import { productionParameters } from '../../ledger/values/parameters.js';
import type { Address, ChainId, PublicKey } from '../../ledger/values/text.js';
import { createSigner } from '../../server/crypto/create-crypto.js';
import { run } from '../cli/programs.js';
import { freePortRun } from '../free-ports.js';
import { hangGuardMs } from '../hang-guard.js';
import { createNodeProcess, type NodeProcess, within } from '../network/node-process.js';

export interface Payer {
  /** 64 hex digits. */
  readonly seed: string;
  readonly address: Address;
}

export interface ChainUnderTest {
  readonly chain: ChainId;
  readonly genesis: Genesis;
  /** Those that are up. */
  readonly nodes: readonly NodeProcess[];
  readonly payers: readonly Payer[];
  /** Addresses that get the payments. */
  readonly payees: readonly Address[];
  /** Waits until no node has a transaction waiting and all have one final block on disk. @returns its index */
  settled(withinMs: number): Promise<number>;
  /** Kills the last node for good: from then on it is not one of `nodes`. */
  killLast(): Promise<void>;
  /** Ends the nodes and takes their homes away; also done when the program is told to end. */
  stop(): Promise<void>;
}

/** What every load is told of the chain that it pays on: all its payers, one payment under each signature. */
export const loadOn = ({ chain, genesis, nodes, payers, payees }: ChainUnderTest) => ({
  chain,
  parameters: genesis.parameters,
  payees,
  payers,
  outputs: 1,
  urls: nodes.map(({ client }) => client.url),
});

/** What each payer gets, in units: 100 tokens. */
const funds = toAmount(100_000);
const payeeCount = 256;

export interface ChainOptions {
  /** At most 256: one transaction pays them all. */
  readonly payers: number;
  /** A directory for a CPU profile of the first node. */
  readonly profileTo?: string | undefined;
  /** More words for each `server start`. */
  readonly args?: readonly string[];
  /** Starting value: 256 addresses. */
  readonly payees?: readonly Address[];
}

export async function startChain(validators: number, options: ChainOptions): Promise<ChainUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-benchmark-'));
  const output = join(directory, 'chain');
  const basePort = await freePortRun(validators);
  const epoch = ['--slots-per-epoch', `${productionParameters.slots_per_epoch}`];
  const words = ['--validators', `${validators}`, '--output', output, '--base-port', `${basePort}`, ...epoch];
  const made = await run('server', directory, ['testnet', ...words]);
  if (made.code !== 0) throw new Error(`server testnet: ${made.stderr}`);
  const names = Array.from({ length: validators }, (_, i) => `node${i + 1}`);
  const profiler = profilerWords(options.profileTo);
  const nodes = await Promise.all(
    names.map((name, i) =>
      createNodeProcess({
        home: join(output, name),
        p2pPort: basePort + i,
        args: ['--log-level', 'warn', ...(options.args ?? [])],
        nodeArgs: i === 0 ? profiler : [],
      }),
    ),
  );
  return chainOf(nodes, options, () => rmSync(directory, { recursive: true, force: true }));
}

/** A chain of one validator on a home that exists and stays. */
export async function startChainAt(home: string, options: ChainOptions): Promise<ChainUnderTest> {
  const args = ['--log-level', 'warn', ...(options.args ?? [])];
  const node = await createNodeProcess({ home, args, nodeArgs: profilerWords(options.profileTo) });
  return chainOf([node], options, () => {});
}

const profilerWords = (profileTo: string | undefined): readonly string[] =>
  profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profileTo)}`];

/** Starts the nodes and pays the payers, whose keys are new each time: their nonces begin at 0. */
async function chainOf(nodes: NodeProcess[], options: ChainOptions, cleanUp: () => void): Promise<ChainUnderTest> {
  const stop = async (): Promise<void> => {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await Promise.all(nodes.map((node) => node.stop()));
    cleanUp();
  };
  const interrupted = (): void => void stop().finally(() => process.exit(130));
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  try {
    await Promise.all(nodes.map((node) => node.start()));
    const { client, home } = nodes[0]!;
    const genesis = (await client.genesis()) as unknown as Genesis;
    const { chain } = await client.status();
    const base = randomBytes(30).toString('hex');
    const all = Array.from({ length: options.payers }, (_, i) => newPayer(base, i + 1, genesis.address_prefix));
    const settled = (withinMs: number): Promise<number> => allSettled(nodes, withinMs);
    const treasury = createKeystore(home).read('treasury');
    if (!treasury.ok || !('secret' in treasury.value.file)) throw new Error('the treasury has no readable key');
    const secret = Buffer.from(String(treasury.value.file.secret), 'hex');
    const wallet = walletOf(client, accountFromSecret(secret, genesis.address_prefix));
    const outputs = all.map(({ address }) => ({ to: address, amount: funds }));
    await wallet.send({ type: 'transfer', outputs }, { timeoutMs: hangGuardMs });
    await settled(hangGuardMs);
    const payees = options.payees ?? Array.from({ length: payeeCount }, (_, i) => payee(i, genesis.address_prefix));
    const killLast = async (): Promise<void> => nodes.pop()?.kill();
    return { chain, genesis, nodes, payers: all, payees, settled, killLast, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function allSettled(nodes: readonly NodeProcess[], withinMs: number): Promise<number> {
  let index = 0;
  await within(withinMs, 'nothing waits and every node has the same final block', async () => {
    const heads = await Promise.all(nodes.map(({ client }) => client.status()));
    index = heads[0]!.final.index;
    return heads.every((head) => head.pending_transactions === 0 && head.stored_index === index);
  });
  return index;
}

/** @param base 60 hex digits */
function newPayer(base: string, number: number, prefix: string): Payer {
  const seed = base + number.toString(16).padStart(4, '0');
  return { seed, address: encodeAddress(prefix, createSigner(Buffer.from(seed, 'hex')).publicKey) };
}

/** Nobody has the key; money may be sent there all the same. */
function payee(number: number, prefix: string): Address {
  const key: PublicKey = `0x${(number + 1).toString(16).padStart(64, 'a')}`;
  return encodeAddress(prefix, key);
}
