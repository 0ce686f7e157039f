/** Development nodes of Ethereum, mining at once: transfers of 1 wei, signed beforehand, over JSON-RPC. */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { freePort } from '../../free-ports.js';
import { within } from '../../network/node-process.js';
import { findProgram, runProgram, startProgram } from './child.js';
import { closedLoop, type LoopFigures } from './closed-loop.js';
import { NotHere, type Rival } from './rival.js';

/** Each with a payer of its own, whose nonces follow one another. */
const connections = 32;
const transfersPerRequest = 1;
/** Signing takes longer than the node does; what is signed beforehand is bounded. */
const signedAtMost = 8_000;
const receiptAskedAtMost = 1000;
const payee = `0x${'ab'.repeat(20)}`;

interface EthereumNode {
  readonly name: string;
  readonly program: string;
  readonly args: (port: number) => readonly string[];
  readonly setBalance: string;
}

const anvil: EthereumNode = {
  name: 'anvil',
  program: 'anvil',
  args: (port) => ['--port', `${port}`, '--silent'],
  setBalance: 'anvil_setBalance',
};
const ganache: EthereumNode = {
  name: 'ganache',
  program: 'ganache',
  args: (port) => ['--server.port', `${port}`, '--logging.quiet', '--chain.chainId', '31337'],
  setBalance: 'evm_setAccountBalance',
};

const rivalOf = (node: EthereumNode): Rival => ({
  name: `${node.name}, an Ethereum development node`,
  write: 'a signed transfer, mined at once',
  promise: 'in the memory of one process',
  async measure(seconds, tools) {
    const packages = `npm install --prefix ${tools} @foundry-rs/anvil ganache micro-eth-signer`;
    const program = findProgram(node.program, [join(resolve(tools), 'node_modules', '.bin')], packages);
    const { Transaction, addr } = await loadSigner(tools, packages);
    const port = await freePort();
    const rpc = createRpc(`http://127.0.0.1:${port}`);
    const running = await startProgram(program, node.args(port), () => rpc([['eth_chainId', []]]));
    try {
      const payers = Array.from({ length: connections + 1 }, (_, i) => {
        const key = `0x${(i + 1).toString(16).padStart(64, '7')}`;
        return { key, address: addr.fromPrivateKey(key), nonce: 0n };
      });
      await rpc(payers.map(({ address }) => [node.setBalance, [address, `0x${(10n ** 24n).toString(16)}`]]));
      const sign = (payer: { key: string; nonce: bigint }): string =>
        Transaction.prepare({
          to: payee,
          value: 1n,
          nonce: payer.nonce++,
          chainId: 31_337n,
          gasLimit: 21_000n,
          maxFeePerGas: 100_000_000_000n,
          maxPriorityFeePerGas: 1n,
        })
          .signBy(payer.key)
          .toHex();
      const lone = payers.pop()!;
      const alone = await closedLoop(seconds, 1, 1, async () => {
        const [id] = await rpc([['eth_sendRawTransaction', [sign(lone)]]]);
        for (let asked = 1; (await rpc([['eth_getTransactionReceipt', [id]]]))[0] === null; asked += 1) {
          if (asked === receiptAskedAtMost) throw new Error(`${node.name} does not mine what it is handed`);
        }
      });
      const many = await asFastAsItCan(seconds, payers, sign, rpc);
      return {
        version: runProgram(program, ['--version']).split('\n')[0]!.trim(),
        perSecond: many.perSecond,
        clients: `${connections}`,
        p50Ms: alone.p50Ms,
        p99Ms: alone.p99Ms,
      };
    } finally {
      await running.stop();
    }
  },
});

export const ethereumNodes: readonly Rival[] = [rivalOf(anvil), rivalOf(ganache)];

type Call = readonly [method: string, params: readonly unknown[]];
type Rpc = (calls: readonly Call[]) => Promise<unknown[]>;

interface EthereumPayer {
  readonly key: string;
  readonly address: string;
  nonce: bigint;
}

async function asFastAsItCan(
  seconds: number,
  payers: readonly EthereumPayer[],
  sign: (payer: EthereumPayer) => string,
  rpc: Rpc,
): Promise<LoopFigures> {
  const requests = Math.ceil(signedAtMost / connections / transfersPerRequest);
  const signed: Call[][][] = [];
  for (const payer of payers) {
    const call = (): Call => ['eth_sendRawTransaction', [sign(payer)]];
    signed.push(Array.from({ length: requests }, () => Array.from({ length: transfersPerRequest }, call)));
    // Connections that the node closed meanwhile are noticed.
    await setImmediate();
  }
  const start = performance.now();
  let sent = 0;
  await Promise.all(
    signed.map(async (lists) => {
      for (const list of lists) {
        if (performance.now() - start > seconds * 1000) return;
        await rpc(list);
        sent += list.length;
      }
    }),
  );
  await within(30_000, `all of ${sent} transfers are mined`, async () => {
    // anvil leaves some of what comes at once, and mines more when it is told to.
    await rpc([['evm_mine', []]]);
    const counts = await rpc(payers.map(({ address }) => ['eth_getTransactionCount', [address, 'latest']]));
    return counts.reduce((sum: number, count) => sum + Number(count), 0) === sent;
  });
  const took = (performance.now() - start) / 1000;
  return { perSecond: sent / took, p50Ms: Number.NaN, p99Ms: Number.NaN };
}

function createRpc(url: string): Rpc {
  return async (calls) => {
    const body = calls.map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params }));
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const results = (await answer.json()) as { id: number; result?: unknown; error?: { message: string } }[];
    const failed = results.find(({ error }) => error !== undefined);
    if (failed !== undefined) throw new Error(failed.error?.message);
    return results.sort((a, b) => a.id - b.id).map(({ result }) => result);
  };
}

interface SignerLibrary {
  readonly Transaction: {
    prepare(fields: object): { signBy(key: string): { toHex(): string } };
  };
  readonly addr: { fromPrivateKey(key: string): string };
}

async function loadSigner(tools: string, packages: string): Promise<SignerLibrary> {
  try {
    const require = createRequire(join(resolve(tools), 'package.json'));
    return await import(pathToFileURL(require.resolve('micro-eth-signer')).href);
  } catch {
    throw new NotHere(`its signer is not installed: ${packages}`);
  }
}
