/**
 * A real node behind the HTTP floor under test: real stores, keys, consensus and clock, in a home of its own. Payments
 * are the treasury's. Members of the set that never run (`idle`) are there so that evidence against somebody can be
 * made; they hold too little stake to be missed.
 */
import { after, type TestContext } from 'node:test';
import { type Account, idOfTransaction, signTransaction } from '../../../client/account.js';
import { encodeAddress } from '../../../ledger/values/address.js';
import type { Signer } from '../../../ledger/values/crypto.js';
import type { Genesis } from '../../../ledger/values/genesis.js';
import { toAmount, toEpoch, toNonce, toView } from '../../../ledger/values/numbers.js';
import { voteSigningText } from '../../../ledger/values/signing.js';
import type { Address, ChainId, Hash } from '../../../ledger/values/text.js';
import type { Transaction, Transfer } from '../../../ledger/values/transaction.js';
import type { Evidence, Vote } from '../../../ledger/values/vote.js';
import { createCrypto, createSigner } from '../../../server/crypto/create-crypto.js';
import { homePaths } from '../../../server/home/home.js';
import { readKeyFile } from '../../../server/home/key-files.js';
import type { NodeApi } from '../../../server/http/node-api.js';

import { Server } from '../../../server/server.js';
import { dial, introduce } from '../../fuzz/peer-link.js';
import { hangGuardMs } from '../../hang-guard.js';
import { makeHomes } from '../../network/homes.js';
import { temporaryDirectory } from '../nodes.js';
import { closeListening } from './listening.js';

const crypto = createCrypto();

export const hex = (seed: string): Hash => `0x${crypto.sha256Hex(seed)}`;
export const idOf = idOfTransaction;
export const addressOf = (name: string): Address => encodeAddress('sl', hex(name));

export interface ChainNode {
  readonly api: NodeApi;
  readonly genesis: Genesis;
  readonly chain: ChainId;
  /** Where it takes peers. */
  readonly p2pPort: number;
  /** Pays; its address stands in genesis as `treasury`. */
  readonly payer: Account;
  /** Not handed in. `lane` of its own for what is never to become final: leave out nonce 0. */
  transfer(nonce: number, to?: Address, lane?: number): Transfer & Transaction;
  /** Hands these in as one list and waits until they are final. */
  finalise(transactions: readonly Transaction[]): Promise<void>;
  /** Makes one block after the other final, with the payer's next nonce. @returns the transactions */
  pay(blocks: number): Promise<readonly Transaction[]>;
  /** Two prepare votes of one view by the idle member `i`. */
  doubleVote(i: number): Evidence;
  /** Tells the node over its TCP port and waits until it has heard. */
  tell(evidence: Evidence): Promise<void>;
  /** Tells and waits until it stands in a final block. */
  punish(evidence: Evidence): Promise<void>;
  /** The other validator's, which has no treasury key. */
  readonly other: NodeApi | undefined;
  readonly owner: (validator: string) => Account;
  /** Ends the other validator, so that nothing becomes final any more. Needs `paired`. */
  freeze(): Promise<void>;
}

export interface ChainNodeOptions {
  /** Two validators with half of the weight each instead of one with all. */
  readonly paired?: boolean;
  /** Members that never run. */
  readonly idle?: number;
  readonly slotsPerEpoch?: number;
}

const running = 1_000_000;

/** One for all tests of a file that leave no mark on it. */
export function sharedChainNode(): () => Promise<ChainNode> {
  const ends: (() => unknown)[] = [];
  after(async () => {
    for (const end of ends) await end();
  });
  let node: Promise<ChainNode> | undefined;
  return () => {
    node ??= startChainNode({ after: (end: () => unknown) => void ends.push(end) } as unknown as TestContext);
    return node;
  };
}

export async function startChainNode(t: TestContext, options: ChainNodeOptions = {}): Promise<ChainNode> {
  const { paired = false, idle = 0, slotsPerEpoch = 1_000 } = options;
  const validators = paired ? [running, running] : [running];
  const stakes = [...validators, ...Array<number>(idle).fill(10_000)];
  const homes = makeHomes(temporaryDirectory(t), { stakes, slotsPerEpoch });
  const { genesis, treasury: payer } = homes;
  const servers: Server[] = [];
  const p2pPorts: number[] = [];
  for (const [i, home] of homes.homes.slice(0, validators.length).entries()) {
    const server = new Server({ home, http: false, logLevel: 'silent' });
    servers.push(server);
    t.after(async () => {
      await closeListening(t);
      await server.stop();
    });
    const bootstrapPeers = i === 0 ? [] : [`127.0.0.1:${p2pPorts[0]}`];
    await server.start(0, { enableP2P: true, listenAddr: '127.0.0.1', p2pPort: 0, bootstrapPeers });
    p2pPorts.push(server.p2pPort!);
  }
  const [server] = servers as [Server];
  const api = server.api!;
  const fee = toAmount(genesis.parameters.min_fee + genesis.parameters.min_fee_per_output);
  let nextNonce = 0;

  const transfer: ChainNode['transfer'] = (nonce, to = addressOf('bob'), lane) =>
    signTransaction(
      {
        ...{ chain: api.chain, type: 'transfer' as const, from: payer.address, nonce: toNonce(nonce), fee },
        ...(lane === undefined ? {} : { lane }),
        outputs: [{ to, amount: toAmount(5) }],
      },
      payer.signer,
    );

  async function finalise(transactions: readonly Transaction[]): Promise<void> {
    for (const outcome of await api.submit(transactions)) {
      if (outcome.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
    }
    for (const transaction of transactions) {
      const status = await api.waitUntilFinal(idOf(transaction), hangGuardMs);
      if (status?.status !== 'final') throw new Error(`not final: ${JSON.stringify(status)}`);
      if (transaction.lane === undefined) nextNonce = Math.max(nextNonce, transaction.nonce + 1);
    }
  }

  const signerOf = (i: number): Signer =>
    createSigner(readKeyFile(homePaths(homes.homes[validators.length + i]!).keys, 'validator')!);

  function vote(signer: Signer, block: string): Vote {
    const body = {
      ...{ chain: api.chain, epoch: toEpoch(0), view: toView(1), block: hex(block), phase: 'prepare' as const },
      justify_view: toView(0),
    };
    return { ...body, validator: signer.publicKey, signature: signer.sign(voteSigningText(body)) };
  }

  const node: ChainNode = {
    api,
    genesis,
    other: servers[1]?.api,
    owner: homes.owner,
    chain: api.chain,
    p2pPort: p2pPorts[0]!,
    payer,
    transfer,
    finalise,
    async pay(blocks) {
      const paid: Transaction[] = [];
      for (let block = 0; block < blocks; block++) {
        const transaction = transfer(nextNonce);
        await finalise([transaction]);
        paid.push(transaction);
      }
      return paid;
    },
    doubleVote: (i) => {
      const signer = signerOf(i);
      return { kind: 'double_vote', first: vote(signer, 'a'), second: vote(signer, 'b') };
    },
    async tell(evidence) {
      const heard = new Promise<void>((resolve) => {
        api.events.on('evidence', ({ offender }) => offender === evidence.first.validator && resolve());
      });
      const link = await dial(p2pPorts[0]!, () => undefined);
      const head = { final_index: 0, final_hash: api.genesisHash, epoch: 0, view: 0 };
      const node = createSigner(Buffer.from(hex(`peer ${evidence.first.validator}`).slice(2), 'hex'));
      const introduction = { chain: api.chain, genesisHash: api.genesisHash, node, challenge: hex('drawn'), head };
      if (link === undefined || !(await introduce(link, introduction, hangGuardMs)))
        throw new Error('the node takes no peer');
      await link.send({ type: 'evidence', evidence });
      const late = setTimeout(() => link.cut(), hangGuardMs);
      await Promise.race([heard, link.next('never', hangGuardMs)]);
      clearTimeout(late);
      link.cut();
    },
    async punish(evidence) {
      await node.tell(evidence);
      const offender = evidence.first.validator;
      const deadline = Date.now() + hangGuardMs;
      while (!api.queries.evidence(100).items.some((item) => item.offender === offender)) {
        if (Date.now() > deadline) throw new Error('the evidence does not become final');
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    freeze: () => servers[1]!.stop(),
  };
  return node;
}
