/**
 * A chain in memory behind the NodeApi, to drive every answer of the HTTP floor, among them those that a healthy node
 * cannot be brought to give (a full mempool, a wrong clock). Blocks become final when a test says so.
 */
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { encodeAddress } from '../../../ledger/values/address.js';
import type { Block } from '../../../ledger/values/block.js';
import type { Genesis } from '../../../ledger/values/genesis.js';
import { transactionId } from '../../../ledger/values/identity.js';
import { toAmount, toEpoch, toHeight, toNonce, toSlot, toView } from '../../../ledger/values/numbers.js';
import { developmentParameters } from '../../../ledger/values/parameters.js';
import type { Address, ChainId, Hash, PublicKey } from '../../../ledger/values/text.js';
import type { Transaction, Transfer } from '../../../ledger/values/transaction.js';
import type { Certificate, Evidence } from '../../../ledger/values/vote.js';
import type { NodeApi, NodeEvents, SubmitOutcome, TransactionStatus } from '../../../server/http/node-api.js';

export const hex = (seed: string): Hash => `0x${createHash('sha256').update(seed).digest('hex')}`;
const hasher = {
  sha256Hex: (text: string): string => createHash('sha256').update(text).digest('hex'),
  sha256: (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest(),
};
export const idOf = (transaction: Transaction): Hash => transactionId(hasher, transaction);
export const addressOf = (name: string): Address => encodeAddress('sl', hex(name));
const signature = `0x${'ab'.repeat(64)}` as const;

export const validatorKey: PublicKey = hex('validator');
const chain = `test-${'0'.repeat(32)}` as ChainId;
const zero = hex('zero');

const genesis: Genesis = {
  version: 1,
  name: 'test',
  genesis_time: 1_700_000_000_000,
  address_prefix: 'sl',
  token: { symbol: 'TEST', decimals: 6 },
  development: true,
  parameters: developmentParameters,
  accounts: [{ address: addressOf('alice'), balance: toAmount(1_000_000), name: 'alice' }],
  validators: [
    {
      key: validatorKey,
      vrf_key: hex('vrf'),
      owner: addressOf('owner'),
      stake: toAmount(500),
      key_proof: signature,
      vrf_key_proof: signature,
      name: 'first',
    },
  ],
};

/** A transfer of `alice` in the right form; this chain does not look at signatures. */
export function transfer(nonce: number, to: Address = addressOf('bob')): Transfer & Transaction {
  const outputs = [{ to, amount: toAmount(5) }];
  return {
    chain,
    type: 'transfer',
    from: addressOf('alice'),
    nonce: toNonce(nonce),
    fee: toAmount(1),
    outputs,
    signature,
  };
}

function blockAt(index: number, transactions: readonly Transaction[], evidence: readonly Evidence[]): Block {
  return {
    version: 1,
    chain,
    index: toHeight(index),
    epoch: toEpoch(0),
    slot: toSlot(index),
    round: 0,
    prev_hash: index === 0 ? zero : hex(`block ${index - 1}`),
    justify_view: toView(0),
    proposer: validatorKey,
    tx_root: zero,
    evidence_root: zero,
    state_root: zero,
    validators_hash: zero,
    ...(index > 0 && index % 5 === 0
      ? { next_epoch: { number: toEpoch(index / 5), validators_hash: zero, nonce: zero } }
      : {}),
    hash: hex(`block ${index}`),
    transactions,
    evidence,
  };
}

export interface MemoryNode extends NodeApi {
  /** What the next submissions end in; by default they are accepted and wait. */
  outcome: ((transaction: Transaction) => SubmitOutcome) | undefined;
  faults: ReturnType<NodeApi['health']>;
  evidencePending: Evidence[];
  /** Makes a block of these final. */
  finalise(transactions: readonly Transaction[], evidence?: readonly Evidence[]): void;
}

export function createMemoryNode(options: { readonly faucet?: boolean } = {}): MemoryNode {
  const blocks: Block[] = [blockAt(0, [], [])];
  const pending = new Map<Hash, Transaction>();
  const final = new Map<Hash, { index: number; position: number }>();
  const events: NodeApi['events'] = new EventEmitter<{ [Name in keyof NodeEvents]: NodeEvents[Name] }>();
  events.setMaxListeners(0);
  const tip = (): Block => blocks[blocks.length - 1]!;
  const certificate = (block: Block): Certificate => ({
    phase: 'commit',
    epoch: block.epoch,
    view: toView(block.slot),
    block: block.hash,
    justify_view: toView(0),
    signers: [0],
    signatures: [signature],
  });
  /** Newest first; the cursor is how many came before. */
  const page = <Item>(all: readonly Item[], limit: number, cursor = '0') => {
    const from = Number(cursor);
    const more = from + limit < all.length;
    return { items: all.slice(from, from + limit), nextCursor: more ? String(from + limit) : null };
  };
  const newestFirst = (): Block[] => [...blocks].reverse();
  const status = (id: Hash): TransactionStatus | undefined => {
    const place = final.get(id);
    if (place !== undefined) {
      const block = blocks[place.index]!;
      const transaction = block.transactions[place.position]!;
      const receipt = { id, index: block.index, position: place.position, slot: block.slot };
      return { id, status: 'final', transaction, receipt, block: block.hash };
    }
    const waiting = pending.get(id);
    return waiting === undefined ? undefined : { id, status: 'pending', transaction: waiting };
  };
  const accept = (transaction: Transaction): SubmitOutcome => {
    const id = idOf(transaction);
    const known = status(id);
    if (known !== undefined) return { kind: 'accepted', known: true, status: known };
    pending.set(id, transaction);
    return { kind: 'accepted', known: false, status: { id, status: 'pending', transaction } };
  };
  const set = { key: validatorKey, vrf_key: hex('vrf'), owner: addressOf('owner'), stake: toAmount(500) };

  const node: MemoryNode = {
    genesis,
    genesisHash: hex('genesis'),
    chain,
    nodeId: hex('node'),
    outcome: undefined,
    faults: {},
    evidencePending: [],
    events,
    queries: {
      tip: () => ({
        index: tip().index,
        hash: tip().hash,
        epoch: tip().epoch,
        slot: tip().slot,
        view: toView(tip().slot),
      }),
      blocks: (limit, cursor) =>
        page(
          newestFirst().map(({ transactions, evidence, ...header }) => ({
            ...header,
            transaction_count: transactions.length,
            evidence_count: evidence.length,
          })),
          limit,
          cursor,
        ),
      block: (at) => {
        const block = at === 'latest' ? tip() : typeof at === 'number' ? blocks[at] : blocks.find((b) => b.hash === at);
        return block === undefined ? undefined : { block, certificate: certificate(block) };
      },
      transaction: () => undefined,
      account: (address, index) =>
        index === 0 && blocks.length > 10
          ? 'pruned'
          : {
              entry:
                address === addressOf('alice')
                  ? { kind: 'account', balance: toAmount(1_000_000), nonces: { 0: toNonce(final.size) } }
                  : undefined,
              index: index ?? tip().index,
            },
      accounts: (limit, cursor) => page([{ address: addressOf('alice'), balance: toAmount(1_000_000) }], limit, cursor),
      accountTransactions: (address, limit, cursor) =>
        page(
          newestFirst().flatMap((block) =>
            block.transactions.flatMap((transaction, position) =>
              transaction.from === address
                ? [
                    {
                      id: idOf(transaction),
                      index: block.index,
                      slot: block.slot,
                      position,
                      direction: 'out' as const,
                      amount: toAmount(5),
                      fee: transaction.fee,
                      transaction,
                    },
                  ]
                : [],
            ),
          ),
          limit,
          cursor,
        ),
      epoch: (number) =>
        number === 'current' || number === 0
          ? { kind: 'epoch', number: toEpoch(0), nonce: zero, validators: [set], validators_hash: zero }
          : undefined,
      evidence: (limit, cursor) =>
        page(
          newestFirst().flatMap((block) =>
            block.evidence.map((evidence) => ({
              evidence,
              offender: evidence.first.validator,
              epoch: evidence.first.epoch,
              index: block.index,
            })),
          ),
          limit,
          cursor,
        ),
      supply: () => ({
        supply: toAmount(1_000_400),
        burnt: toAmount(100),
        bonded: toAmount(500),
        unbonding: toAmount(0),
      }),
      close: () => {},
    },
    status: () => ({
      slot: toSlot(7),
      epoch: toEpoch(0),
      leader: validatorKey,
      slot_ends_at: genesis.genesis_time + 8000,
      role: 'validator',
      validator: validatorKey,
      final: { index: tip().index, hash: tip().hash, slot: tip().slot, view: toView(tip().slot) },
      stored_index: tip().index,
      sync: { state: 'synced' },
      pending_transactions: pending.size,
      peers: 1,
    }),
    submit: async (transactions) => transactions.map((transaction) => (node.outcome ?? accept)(transaction)),
    transactionStatus: status,
    waitUntilFinal: (id, timeoutMs) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          events.off('final', look);
          resolve(status(id));
        };
        const look = (): void => {
          if (status(id)?.status === 'final') done();
        };
        const timer = setTimeout(done, timeoutMs);
        events.on('final', look);
        look();
      }),
    pendingNonces: () => ({ 0: final.size + pending.size }),
    pendingTransactions: (limit, cursor) => page([...pending.values()], limit, cursor),
    pendingEvidence: () => node.evidencePending,
    mempool: () => ({
      count: pending.size,
      bytes: 400 * pending.size,
      accounts: pending.size > 0 ? 1 : 0,
      max_transactions: 100,
      max_bytes: 100_000,
      max_per_account: 50,
    }),
    schedule: (_epoch, fromSlot, count) =>
      Array.from({ length: count }, (_, i) => ({ slot: toSlot(fromSlot + i), leader: validatorKey })),
    peers: () => [
      {
        node_id: hex('peer'),
        address: '127.0.0.1:9001',
        direction: 'out',
        final_index: toHeight(3),
        clock_offset_ms: -2,
        bytes_in: 10,
        bytes_out: 20,
        since: genesis.genesis_time,
      },
    ],
    prove: (_address, index) => {
      if (index !== undefined && index !== tip().index) return undefined;
      const { transactions: _transactions, evidence: _evidence, ...header } = tip();
      return { entry: null, proof: ['root'], header, certificate: certificate(tip()) };
    },
    ...(options.faucet === false ? {} : { faucet: async (to: Address) => accept(transfer(900 + pending.size, to)) }),
    health: () => node.faults,
    finalise: (transactions, evidence = []) => {
      const block = blockAt(blocks.length, transactions, evidence);
      blocks.push(block);
      const ids = transactions.map(idOf);
      ids.forEach((id, position) => {
        pending.delete(id);
        final.set(id, { index: block.index, position });
      });
      const { index, hash, slot } = block;
      events.emit('final', { index, hash, slot, view: toView(slot), transactions: ids });
    },
  };
  return node;
}

/** Two prepare votes in one view. */
export function doubleVote(seed: string): Evidence {
  const vote = (block: string) => ({
    chain,
    epoch: toEpoch(0),
    view: toView(1),
    block: hex(block),
    phase: 'prepare' as const,
    justify_view: toView(0),
    validator: hex(seed),
    signature,
  });
  return { kind: 'double_vote', first: vote('a'), second: vote('b') };
}
