/**
 * Well-formed messages of every type, out of what was heard and what the fuzzer holds. The one rule: what is signed is
 * signed rightly, so that a message passes the checks before the one it is meant for.
 */

import type { Account } from '../../client/account.js';
import { signTransaction } from '../../client/account.js';
import { newViewSigningText } from '../../consensus/new-view.js';
import { viewAt } from '../../consensus/view.js';
import type { Block } from '../../ledger/values/block.js';
import type { Crypto, Signer, VrfProver } from '../../ledger/values/crypto.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import { blockHash, evidenceRoot, transactionsRoot } from '../../ledger/values/identity.js';
import { proposalSigningText, voteSigningText } from '../../ledger/values/signing.js';
import type { ChainId, Hash } from '../../ledger/values/text.js';
import type { Transaction, TransactionBody } from '../../ledger/values/transaction.js';
import type { Certificate, Proposal, Vote } from '../../ledger/values/vote.js';
import type { WireType } from '../../server/p2p/messages.js';
import type { Random } from '../../server/simulator/random.js';
import type { Heard, WireObject } from './heard.js';
import type { Pledges } from './pledges.js';

export interface Hand {
  readonly chain: ChainId;
  readonly genesis: Genesis;
  readonly genesisHash: Hash;
  readonly crypto: Crypto;
  readonly heard: Heard;
  /** The validator's key, or one that no validator has. */
  readonly signer: Signer;
  readonly vrf: VrfProver;
  /** Accounts with money. */
  readonly accounts: readonly Account[];
  readonly slot: () => number;
  /** Slots around now that `signer` leads. */
  readonly ownSlots: () => readonly number[];
  readonly final: () => {
    readonly index: number;
    readonly hash: string;
    readonly epoch: number;
    readonly view: number;
  };
  readonly pledges: Pledges;
}

const unsigned = `0x${'0'.repeat(128)}` as const;

export const randomHash = (random: Random): Hash =>
  `0x${Array.from({ length: 8 }, () =>
    random
      .below(2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')}`;

type Forgers = { readonly [Type in WireType]: (random: Random) => object };

/** A message of this type that a decoder accepts, as far as what was heard allows. */
export type Forge = (random: Random, type: WireType) => WireObject;

export function createForge(hand: Hand): Forge {
  const { heard, genesis, chain } = hand;
  const { parameters } = genesis;
  const id = (random: Random): number => random.pick([0, 1, 2, random.below(1_000)]);
  const head = (random: Random): object => {
    const { index, hash, epoch, view } = hand.final();
    const ahead = random.pick([0, 0, 0, 1, 5, 1_000]);
    return { final_index: index + ahead, final_hash: hash, epoch: epoch + random.below(2), view: view + ahead };
  };
  function vote(random: Random): Vote {
    const model = heard.votes.length > 0 && random.chance(800_000) ? random.pick(heard.votes) : undefined;
    const slot = hand.slot() + random.pick([-2, -1, 0, 0, 0, 1, 2, 8]);
    const view = model?.view ?? viewAt(parameters, Math.max(1, slot) as never, random.below(4));
    const body = {
      chain,
      epoch: model?.epoch ?? hand.final().epoch,
      view,
      block: model?.block ?? heard.hash(random),
      phase: random.pick(['prepare', 'commit'] as const),
      justify_view: model?.justify_view ?? Math.max(0, view - 1),
    } as never;
    return signVote(body);
  }

  function signVote(body: Omit<Vote, 'validator' | 'signature'>): Vote {
    const { signer } = hand;
    const vote: Vote = { ...body, validator: signer.publicKey, signature: unsigned };
    return hand.pledges.mayVote(vote) ? { ...vote, signature: signer.sign(voteSigningText(vote)) } : vote;
  }

  function certificate(random: Random): Certificate {
    if (heard.certificates.length > 0) return random.pick(heard.certificates);
    return {
      phase: 'commit',
      epoch: 0,
      view: 0,
      block: hand.genesisHash,
      justify_view: 0,
      signers: [],
      signatures: [],
    } as never;
  }

  const referenceTo = ({ phase, epoch, view, block }: Certificate): object => ({ phase, epoch, view, block });

  function newBlock(random: Random): object {
    const newest = heard.blocks.at(-1);
    if (newest === undefined) return { proposal: {}, justify: certificate(random) };
    const base = random.chance(700_000) ? newest : random.pick(heard.blocks);
    const justify =
      heard.certificates.find(({ block }) => block === base.prev_hash) ??
      heard.certificates.at(-1) ??
      certificate(random);
    const again = random.chance(300_000);
    const slot = random.chance(800_000) ? (hand.ownSlots()[0] ?? base.slot) : base.slot;
    const round = random.pick([0, 0, 1, 2, base.round]);
    const block = again ? base : rehash(random, { ...base, slot, round, proposer: hand.signer.publicKey } as Block);
    return {
      ...block,
      justify,
      proposal: proposal(justify, block.hash, viewAt(parameters, slot as never, round), base.epoch),
    };
  }

  function proposal(justify: Certificate, block: Hash, view: number, epoch: number): Proposal {
    const { signer } = hand;
    const body = { chain, epoch, view, block, justify: referenceTo(justify) };
    const proposal = { ...body, validator: signer.publicKey, signature: unsigned } as Proposal;
    if (!hand.pledges.mayPropose(proposal)) return proposal;
    return { ...proposal, signature: signer.sign(proposalSigningText(proposal)) };
  }

  /** Roots and hash as they follow from what the block says, and now and then the proof of who leads. */
  function rehash(random: Random, block: Block): Block {
    const { vrf: _, ...rest } = block;
    const { crypto } = hand;
    const rooted = {
      ...rest,
      tx_root: transactionsRoot(crypto, block.transactions),
      evidence_root: evidenceRoot(crypto, block.evidence),
      ...(random.chance(500_000) && block.vrf !== undefined ? { vrf: block.vrf } : {}),
    } as Block;
    return { ...rooted, hash: blockHash(crypto, rooted) };
  }

  function newView(random: Random): object {
    const lock = certificate(random);
    const body = {
      chain,
      epoch: hand.final().epoch,
      slot: hand.slot() + random.pick([0, 0, 0, 1, 1, -1, 5]),
      lock: referenceTo(lock),
      ...(random.chance(400_000) ? { last_prepare: { ...vote(random), phase: 'prepare' } } : {}),
      final_index: hand.final().index,
    } as never;
    const { signer } = hand;
    const new_view = {
      ...(body as object),
      validator: signer.publicKey,
      signature: signer.sign(newViewSigningText(body)),
    };
    return random.chance(500_000) ? { new_view, lock } : { new_view };
  }

  function transaction(random: Random): Transaction {
    const from = random.pick(hand.accounts);
    const lane = random.below(256);
    const body = {
      chain,
      type: 'transfer',
      from: from.address,
      ...(lane === 0 ? {} : { lane }),
      nonce: random.pick([0, 0, 0, 1, 2, 63, 64]),
      fee: random.pick([parameters.min_fee + parameters.min_fee_per_output, 1_000]),
      ...(random.chance(200_000) ? { expires_slot: hand.slot() + random.between(0, 20) } : {}),
      ...(random.chance(200_000) ? { memo: 'x'.repeat(random.below(20)) } : {}),
      outputs: Array.from({ length: random.pick([1, 1, 2, 9]) }, () => ({
        to: random.pick(hand.accounts).address,
        amount: random.between(1, 10),
      })),
    } as unknown as TransactionBody;
    return signTransaction(body, from.signer);
  }

  function evidence(random: Random): object {
    const base = vote(random);
    const other = (fields: object): Vote => signVote({ ...base, ...fields } as never);
    switch (random.below(3)) {
      case 0:
        return { kind: 'double_vote', first: base, second: other({ block: heard.hash(random) }) };
      case 1: {
        const justify = certificate(random);
        const blocks = [heard.hash(random), heard.hash(random)] as const;
        const [first, second] = blocks.map((block) => proposal(justify, block, base.view, base.epoch));
        return { kind: 'double_proposal', first, second };
      }
      default:
        return {
          kind: 'lock_violation',
          first: other({ phase: 'commit' }),
          second: other({ phase: 'prepare', view: base.view + 1, justify_view: Math.max(0, base.view - 1) }),
        };
    }
  }

  /** A page as it was heard, or an empty one. */
  function blocks(random: Random): object {
    const { type: _, id: __, ...page } = heard.any(random, 'blocks') ?? { type: 'blocks', blocks: [], finality: [] };
    return page;
  }

  const flatBlock = (random: Random): object | null =>
    heard.blocks.length > 0 && random.chance(800_000) ? random.pick(heard.blocks) : null;

  const forgers: Forgers = {
    hello: (random) => ({
      protocol: 1,
      chain,
      genesis_hash: hand.genesisHash,
      node: hand.signer.publicKey,
      head: head(random),
      challenge: randomHash(random),
    }),
    proof: (random) => ({
      signature: hand.signer.sign(randomHash(random)),
      ...(random.chance(500_000)
        ? { validator: { key: hand.signer.publicKey, signature: hand.signer.sign(randomHash(random)) } }
        : {}),
    }),
    welcome: () => ({}),
    neighbours: (random) => ({ nodes: Array.from({ length: random.pick([0, 1, 3, 200]) }, () => randomHash(random)) }),
    error: (random) => ({ code: random.pick(['busy', 'refused', 'timeout', 'self']), detail: 'said by the fuzzer' }),
    get_peers: (random) => ({ id: id(random) }),
    peers: (random) => ({
      id: id(random),
      peers: Array.from({ length: random.below(4) }, () => ({
        node: randomHash(random),
        address: `127.0.0.1:${random.between(1, 1_000)}`,
      })),
    }),
    get_genesis: (random) => ({ id: id(random) }),
    genesis: (random) => ({ id: id(random), genesis }),
    new_block: newBlock,
    vote: (random) => ({ vote: vote(random) }),
    certificate: (random) => ({ certificate: certificate(random) }),
    new_view: newView,
    transactions: (random) => ({
      transactions: Array.from({ length: random.pick([1, 1, 2, 20]) }, () => transaction(random)),
    }),
    evidence: (random) => ({ evidence: evidence(random) }),
    get_blocks: (random) => ({
      id: id(random),
      from_index: random.below(hand.final().index + 2),
      count: random.pick([1, 2, 100, 1_000]),
    }),
    blocks: (random) => ({ id: id(random), ...blocks(random) }),
    get_block: (random) => ({ id: id(random), hash: heard.hash(random) }),
    block: (random) => ({ id: id(random), block: flatBlock(random) }),
    get_certificate: (random) => ({ id: id(random), block: heard.hash(random) }),
    certificate_answer: (random) => ({
      id: id(random),
      certificate: random.chance(800_000) ? certificate(random) : null,
    }),
    ping: (random) => ({ id: id(random), head: head(random), clock: Date.now() + random.pick([0, 0, 10, -60_000]) }),
    pong: (random) => ({ id: id(random), head: head(random), clock: Date.now() }),
  };
  return (random, type) => ({ type, ...forgers[type](random) });
}
