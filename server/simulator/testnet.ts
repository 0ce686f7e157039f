/**
 * A whole chain inside your test, in virtual time: `slotledger/testing`. The nodes are the shipped ones; clocks, links and
 * disks are played, signatures are stand-ins. One rule: the same seed and the same calls give the same run, always.
 */
import { accountKey } from '../../ledger/state-keys.js';
import { encodeAddress } from '../../ledger/values/address.js';
import { transactionId } from '../../ledger/values/identity.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { Admission } from '../replica/ports.js';
import { createPurse, type Purse } from './simulated-chain.js';
import type { SimulatedNode } from './simulated-node.js';
import { createSimulation } from './simulation.js';
import { standInKey } from './stand-in-crypto.js';

export interface TestnetOptions {
  /** Nodes of equal stake, 1 to 31 (default 4). More than 2/3 of them must be up and connected for finality. */
  readonly validators?: number;
  /** Decides every delay, loss and leader; any safe integer (default 1). */
  readonly seed?: number;
  /** Balances at the start by account name (default: treasury with 1,000,000,000). Any other name starts with 0. */
  readonly accounts?: Readonly<Record<string, number>>;
  /** A line per happening, for looking at one failing seed. */
  readonly trace?: (line: string) => void;
}

/** Signed once; sending it again can never pay twice. */
export interface SignedPayment {
  readonly id: TransactionId;
  readonly transaction: Transaction;
}

export interface NodeState {
  readonly node: number;
  readonly up: boolean;
  /** Final blocks on its disk. */
  readonly height: number;
}

export interface TestnetState {
  readonly slot: number;
  /** Virtual ms since genesis. */
  readonly ms: number;
  readonly height: number;
  readonly leader: number;
  readonly nodes: readonly NodeState[];
}

/** What the network refused or could not do, in one sentence. */
export class TestnetError extends Error {
  override readonly name: string = 'TestnetError';
}

/** No answer came: the payment may have been taken or not. Send the same payment again to find out. */
export class AnswerLost extends TestnetError {
  override readonly name = 'AnswerLost';
  constructor(readonly payment: SignedPayment) {
    super(`no answer about payment ${payment.id}: it may have been taken; send the same payment again`);
  }
}

export interface Testnet {
  /** Signs and sends in one step. @returns the id @throws TestnetError when refused, AnswerLost */
  pay(from: string, to: string, amount: number, options?: { readonly node?: number }): TransactionId;
  /** Signs without sending; takes the account's next nonce. */
  sign(from: string, to: string, amount: number): SignedPayment;
  /** Hands a payment to a node (default: the first that is up). @throws TestnetError when refused, AnswerLost */
  send(payment: SignedPayment, options?: { readonly node?: number }): TransactionId;
  /** Final balance in units, on the node that is furthest. */
  balance(name: string): number;
  address(name: string): Address;
  /** Final blocks on the node that is furthest; 0 at the start. */
  height(): number;
  state(): TestnetState;
  isFinal(id: TransactionId): boolean;
  /** Lets time pass until the payment is final somewhere. @throws TestnetError after `withinSlots` (default 120) */
  final(id: TransactionId, withinSlots?: number): Promise<{ readonly height: number; readonly slot: number }>;
  /** Lets so much virtual time pass. */
  advance(by: { readonly slots: number } | { readonly ms: number }): void;
  /** Power cut: what was not synced to its disk is gone. */
  crash(node: number): void;
  restart(node: number): void;
  /** Cuts every link between the groups, both ways. A node in no group keeps all its links. */
  partition(...groups: readonly (readonly number[])[]): void;
  /** Mends every link. Nodes that are down stay down. */
  heal(): void;
  /** From now on so many of a million sends end in AnswerLost, half of them before the node got the payment. */
  loseAnswers(ppm: number): void;
}

const need = (holds: boolean, sentence: string): void => {
  if (!holds) throw new TestnetError(sentence);
};

function needKnown(call: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  need(unknown === undefined, `${call} knows no option ${unknown}; it knows ${known.join(', ')}`);
}

const optionNames: readonly string[] = ['validators', 'seed', 'accounts', 'trace'];

/** @throws TestnetError when an option is not known or out of bounds; later, an error named Violation if the nodes break a rule */
export async function createTestnet(options: TestnetOptions = {}): Promise<Testnet> {
  needKnown('createTestnet', options, optionNames);
  const { validators = 4, seed = 1, accounts = { treasury: 1_000_000_000 } } = options;
  need(Number.isInteger(validators) && validators >= 1 && validators <= 31, 'validators: a whole number from 1 to 31');
  need(Number.isSafeInteger(seed), 'seed: a safe integer');
  for (const [name, balance] of Object.entries(accounts)) {
    need(Number.isInteger(balance) && balance >= 0 && balance <= 1e15, `accounts: ${name} holds 0 to 1e15 whole units`);
  }
  const total = Object.values(accounts).reduce((sum, balance) => sum + balance, 0);
  need(total <= 9e15, `accounts: they hold ${total} units together; at most 9e15 fit into a chain`);
  const addressOf = (name: string): Address => encodeAddress('sl', standInKey(`named/${name}`, 0));
  const simulation = createSimulation({
    seed,
    stakes: Array.from({ length: validators }, () => 1_000),
    customers: 0,
    accounts: Object.entries(accounts).map(([name, balance]) => ({ address: addressOf(name), balance })),
    ...(options.trace ? { trace: options.trace } : {}),
  });
  const { nodes, network, chain } = simulation;
  const { crypto, genesis } = chain.context;
  const slotMs = genesis.parameters.slot_duration_ms;
  const random = simulation.random.fork('answers');
  const purses = new Map<string, Purse>();
  /** The next nonce by account name. */
  const nonces = new Map<string, number>();
  let lostPpm = 0;

  const nodeAt = (index: number): SimulatedNode => {
    const node = nodes[index];
    if (node === undefined) throw new TestnetError(`node ${index}: nodes are 0 to ${nodes.length - 1}`);
    return node;
  };
  const furthest = (): SimulatedNode =>
    nodes.reduce((best, node) => (node.disk.tip().index > best.disk.tip().index ? node : best));
  const receiptOf = (id: TransactionId) => furthest().disk.receipt(id);

  function sign(from: string, to: string, amount: number): SignedPayment {
    need(Number.isSafeInteger(amount) && amount > 0, `amount: ${amount} is not a positive whole number of units`);
    const purse = purses.get(from) ?? createPurse(chain, `named/${from}`, 0);
    purses.set(from, purse);
    const nonce = nonces.get(from) ?? 0;
    nonces.set(from, nonce + 1);
    const transaction = purse.payAt(0, nonce, addressOf(to), amount);
    return { id: transactionId(crypto, transaction), transaction };
  }

  function pay(from: string, to: string, amount: number, where?: { readonly node?: number }): TransactionId {
    const payment = sign(from, to, amount);
    try {
      return send(payment, where);
    } catch (error) {
      // Surely nobody has it, and nobody can send it again: its nonce is the next one's, as with a wallet that asks its node.
      if (!(error instanceof AnswerLost)) nonces.set(from, payment.transaction.nonce);
      throw error;
    }
  }

  function send(payment: SignedPayment, where: { readonly node?: number } = {}): TransactionId {
    needKnown('send', where, ['node']);
    const node = where.node === undefined ? nodes.find((one) => one.isUp()) : nodeAt(where.node);
    if (node === undefined) throw new TestnetError('no node is up: restart one');
    if (!node.isUp()) throw new TestnetError(`node ${node.index} is down: restart it, or send to another`);
    const lost = random.chance(lostPpm);
    if (lost && random.chance(500_000)) throw new AnswerLost(payment);
    // A node answers for a final payment as it did the first time.
    if (node.disk.receipt(payment.id) !== undefined) {
      if (lost) throw new AnswerLost(payment);
      return payment.id;
    }
    let answer: Admission | undefined;
    node.submit([payment.transaction], ([admission]) => {
      answer = admission;
    });
    for (let waited = 0; answer === undefined && waited < 10_000; waited++) simulation.run(1);
    if (lost || answer === undefined) throw new AnswerLost(payment);
    if (answer.kind === 'accepted') return payment.id;
    if (answer.kind === 'conflict') throw new TestnetError(`another payment took this nonce: ${answer.other}`);
    throw new TestnetError(`payment refused: ${answer.detail}`);
  }

  return {
    sign,
    send,
    pay,
    balance(name) {
      const entry = furthest().disk.get(accountKey(addressOf(name)));
      return entry?.kind === 'account' ? entry.balance : 0;
    },
    address: addressOf,
    height: () => simulation.height(),
    state: () => ({
      slot: simulation.slot(),
      ms: simulation.now(),
      height: simulation.height(),
      leader: simulation.leaderNode(),
      nodes: nodes.map((node) => ({ node: node.index, up: node.isUp(), height: node.disk.tip().index })),
    }),
    isFinal: (id) => receiptOf(id) !== undefined,
    async final(id, withinSlots = 120) {
      need(withinSlots >= 0, `final: ${withinSlots} is no number of slots; give 0 or more`);
      const end = simulation.now() + withinSlots * slotMs;
      while (receiptOf(id) === undefined) {
        if (simulation.now() >= end) {
          const up = nodes.filter((node) => node.isUp()).length;
          const hint = 3 * up > 2 * nodes.length ? 'is it cut off, or was it never sent?' : 'more than 2/3 must be up.';
          throw new TestnetError(
            `payment ${id} is not final after ${withinSlots} slots: ${up} of ${nodes.length} nodes are up; ${hint}`,
          );
        }
        simulation.run(5);
      }
      const { index, slot } = receiptOf(id)!;
      return { height: index, slot };
    },
    advance(by) {
      const ms = 'slots' in by ? by.slots * slotMs : by.ms;
      need(Number.isFinite(ms) && ms >= 0, 'advance: time only passes forwards');
      simulation.run(ms);
    },
    crash(index) {
      need(nodeAt(index).isUp(), `node ${index} is down already`);
      nodeAt(index).crash();
    },
    restart(index) {
      need(!nodeAt(index).isUp(), `node ${index} is up already`);
      nodeAt(index).boot();
    },
    partition(...groups) {
      const named = groups.flat();
      for (const index of named) nodeAt(index);
      need(new Set(named).size === named.length, 'partition: a node stands in one group only');
      for (const left of groups) {
        for (const right of groups) {
          if (left !== right) for (const from of left) for (const to of right) network.cut(from, to);
        }
      }
    },
    heal: () => network.mendAll(),
    loseAnswers(ppm) {
      need(Number.isInteger(ppm) && ppm >= 0 && ppm <= 1_000_000, 'loseAnswers: parts per million, 0 to 1000000');
      lostPpm = ppm;
    },
  };
}
