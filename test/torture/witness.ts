/**
 * A peer that only listens: it proves itself to a node like any other, enters every vote and proposal that reaches it,
 * and says when one key signed two things for one place.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Genesis } from '../../ledger/values/genesis.js';
import { toHeight } from '../../ledger/values/numbers.js';
import type { ChainId, Hash } from '../../ledger/values/text.js';
import { createCrypto, createSigner } from '../../server/crypto/create-crypto.js';
import { createSystemClock } from '../../server/node-runtime/system-clock.js';
import { createPeerNetwork } from '../../server/p2p/create-peer-network.js';
import type { ReplicaMessage, Verdict } from '../../server/replica/ports.js';

export interface Witness {
  /** Votes and proposals entered, each counted once. */
  entered(): number;
  /** What no honest validator does; empty is well. */
  contradictions(): readonly string[];
  /** Dials at once, as after a restart of the node. Resolves when connected, or after 2 s without. */
  attach(): Promise<void>;
  stop(): Promise<void>;
}

export interface WitnessOptions {
  readonly chain: ChainId;
  readonly genesis: Genesis;
  readonly genesisHash: Hash;
  /** `host:port` of the nodes to listen to. */
  readonly nodes: readonly string[];
}

const fine: Verdict = { relay: false, peer: 'fine' };

export async function startWitness({ chain, genesis, genesisHash, nodes }: WitnessOptions): Promise<Witness> {
  const signed = new Map<string, string>();
  const contradictions: string[] = [];

  const enter = (place: string, what: string): void => {
    const before = signed.get(place);
    if (before === undefined) signed.set(place, what);
    else if (before !== what) contradictions.push(`${place}: ${before} and ${what}`);
  };
  const receive = (message: ReplicaMessage): void => {
    if (message.type === 'vote') {
      const { validator, epoch, view, phase, block, justify_view } = message.vote;
      enter(`${validator} ${phase} ${epoch}/${view}`, `${block} on ${justify_view}`);
    } else if (message.type === 'new_block') {
      const { validator, epoch, view, block, justify } = message.proposal;
      enter(`${validator} proposal ${epoch}/${view}`, `${block} on ${justify.phase} ${justify.view} ${justify.block}`);
    }
  };

  const network = createPeerNetwork({
    rules: { chain, prefix: genesis.address_prefix, parameters: genesis.parameters },
    genesisHash,
    nodeSigner: createSigner(randomBytes(32)),
    verifier: createCrypto(),
    clock: createSystemClock(),
    random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
    randomHash: () => `0x${createHash('sha256').update(randomBytes(32)).digest('hex')}`,
    logger: { debug() {}, info() {}, warn() {} },
    bootstrap: nodes as never,
    peerExchange: false,
    answers: {
      head: () => ({ final_index: toHeight(0), final_hash: genesisHash, epoch: 0, view: 0 }),
      genesis: () => genesis,
      page: () => ({ blocks: [], finality: [] }),
      blockByHash: () => undefined,
    },
    receive(_peer, message) {
      receive(message);
      return fine;
    },
  });
  await network.start();
  return {
    entered: () => signed.size,
    contradictions: () => contradictions,
    async attach() {
      const deadline = Date.now() + 2_000;
      for (const node of nodes) network.connect(node as never);
      while (network.peerViews().length < nodes.length && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    stop: () => network.stop(),
  };
}
