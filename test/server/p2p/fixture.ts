/** Nodes for tests of the network: real sockets on loopback, real keys, and a replica that only takes notes. */
import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { encodeAddress } from '../../../ledger/values/address.js';
import type { Block } from '../../../ledger/values/block.js';
import type { Signer, Verifier } from '../../../ledger/values/crypto.js';
import type { ChainRules } from '../../../ledger/values/decode-transaction.js';
import type { Genesis } from '../../../ledger/values/genesis.js';
import { toAmount, toEpoch, toHeight, toNonce, toSlot, toView } from '../../../ledger/values/numbers.js';
import { developmentParameters } from '../../../ledger/values/parameters.js';
import type { ChainId, Hash, PublicKey, Signature } from '../../../ledger/values/text.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import type { Certificate, Vote } from '../../../ledger/values/vote.js';
import { createPeerNetwork } from '../../../server/p2p/create-peer-network.js';
import type { PeerNetwork, PeerNetworkOptions } from '../../../server/p2p/peer-network.js';
import type { BlocksPage, Clock, PeerId, ReplicaMessage, Verdict } from '../../../server/replica/ports.js';
import { VirtualTime } from '../replica-cluster.js';

export const clock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  at(at, call) {
    const timer = setTimeout(call, Math.max(0, at - clock.now()));
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still, for a node whose timers go off when the test lets time pass and not before. */
export function handClock(): Clock & { pass(ms: number): void } {
  const time = new VirtualTime();
  return {
    now: () => time.now(),
    at: (at, call) => time.at(at, call),
    pass: (ms) => time.runUntil(time.now() + ms),
  };
}

/** A key from a small number: the same in every run. */
export function keyOf(seed: number): Signer {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  return {
    publicKey: `0x${raw.toString('hex')}`,
    sign: (message): Signature => `0x${sign(null, Buffer.from(message), key).toString('hex')}`,
  };
}

export const verifier: Verifier = {
  verify(publicKey, message, signature) {
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey.slice(2), 'hex')]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verify(null, Buffer.from(message), key, Buffer.from(signature.slice(2), 'hex'));
  },
  verifyVrf: () => undefined,
};

export const hashOf = (number: number): Hash => `0x${number.toString(16).padStart(64, '0')}`;
export const randomHash = (): Hash => `0x${randomBytes(32).toString('hex')}`;
export const chain = `test-${'0'.repeat(32)}` as ChainId;
export const rules: ChainRules = { chain, prefix: 'sl', parameters: developmentParameters };

export const genesis: Genesis = {
  version: 1,
  name: 'test',
  genesis_time: 1_700_000_000_000,
  address_prefix: 'sl',
  token: { symbol: 'SLT', decimals: 6 },
  development: true,
  parameters: developmentParameters,
  accounts: [],
  validators: [],
};

/** Well-formed, signed by nobody: what matters to the network is its form. */
export function voteOf(view: number, seed = 1): Vote {
  return {
    chain,
    epoch: toEpoch(0),
    view: toView(view),
    block: hashOf(view),
    phase: 'prepare',
    justify_view: toView(0),
    validator: hashOf(seed) as PublicKey,
    signature: `0x${'ab'.repeat(64)}`,
  };
}

/** Some 420 bytes, signed by nobody. */
export function paymentOf(nonce: number): Transaction {
  const from = encodeAddress(rules.prefix, keyOf(3).publicKey);
  return {
    chain,
    type: 'transfer',
    from,
    nonce: toNonce(nonce),
    fee: toAmount(10),
    outputs: [{ to: from, amount: toAmount(1) }],
    signature: `0x${'ef'.repeat(64)}`,
  };
}

export function certificateOf(block: Hash, view: number): Certificate {
  const reference = { phase: 'commit' as const, epoch: toEpoch(0), view: toView(view), block };
  return { ...reference, justify_view: toView(0), signers: [0], signatures: [`0x${'cd'.repeat(64)}`] };
}

/** A chain of empty blocks linked by their stated hashes. */
export function blocksUpTo(tip: number): readonly Block[] {
  return Array.from({ length: tip + 1 }, (_, index) => ({
    version: 1 as const,
    chain,
    index: toHeight(index),
    epoch: toEpoch(0),
    slot: toSlot(index),
    round: 0,
    prev_hash: hashOf(index === 0 ? 0 : 1_000 + index - 1),
    justify_view: toView(0),
    proposer: hashOf(7),
    tx_root: hashOf(1),
    evidence_root: hashOf(2),
    state_root: hashOf(3),
    validators_hash: hashOf(4),
    hash: hashOf(1_000 + index),
    transactions: [],
    evidence: [],
  }));
}

export function pageOf(blocks: readonly Block[], from: number, count: number): BlocksPage {
  const part = blocks.slice(from, from + count);
  const last = part.at(-1);
  return { blocks: part, finality: last ? [certificateOf(last.hash, last.index + 1)] : [] };
}

export interface TestNode {
  readonly network: PeerNetwork;
  readonly key: PublicKey;
  readonly received: { readonly peer: PeerId; readonly message: ReplicaMessage }[];
  readonly log: { readonly level: string; readonly fields: object; readonly text: string }[];
  port: number;
  verdict: (message: ReplicaMessage, peer: PeerId) => Verdict;
  tip: number;
}

const started: PeerNetwork[] = [];

export async function startNode(seed: number, options: Partial<PeerNetworkOptions> = {}): Promise<TestNode> {
  const signer = keyOf(seed);
  const blocks = blocksUpTo(50);
  const note = (level: string) => (fields: object, text: string) => void log.push({ level, fields, text });
  const log: { level: string; fields: object; text: string }[] = [];
  const network = createPeerNetwork({
    rules,
    genesisHash: hashOf(9),
    nodeSigner: signer,
    verifier,
    clock,
    random: () => 0.5,
    randomHash,
    logger: { debug: note('debug'), info: note('info'), warn: note('warn') },
    listen: { host: '127.0.0.1', port: 0 },
    bootstrap: [],
    answers: {
      head: () => ({
        final_index: toHeight(node.tip),
        final_hash: hashOf(1_000 + node.tip),
        epoch: 0,
        view: node.tip + 1,
      }),
      genesis: () => genesis,
      page: (from, count) => pageOf(blocks.slice(0, node.tip + 1), from, count),
      blockByHash: (hash) => blocks.find((block) => block.hash === hash),
    },
    receive(peer, message) {
      node.received.push({ peer, message });
      return node.verdict(message, peer);
    },
    ...options,
  });
  const node: TestNode = {
    network,
    key: signer.publicKey,
    received: [],
    log,
    port: 0,
    verdict: () => ({ relay: true, peer: 'fine' }),
    tip: 3,
  };
  started.push(network);
  node.port = (await network.start()) ?? 0;
  return node;
}

export const at = (node: TestNode): string => `127.0.0.1:${node.port}`;

export async function stopAll(): Promise<void> {
  await Promise.all(started.splice(0).map((network) => network.stop()));
}

export const connected = (node: TestNode, ...others: TestNode[]): boolean =>
  others.every((other) => node.network.peerViews().some((view) => view.node === other.key));

export const votesAt = (node: TestNode, view: number): number =>
  node.received.filter(({ message }) => message.type === 'vote' && message.vote.view === view).length;
