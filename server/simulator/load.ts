/**
 * Customers with wallets: each lane of an account has one payment on its way, which its wallet hands in again elsewhere
 * until it sees it final. Now and then one signs two payments with the same nonce and hands them to two nodes.
 */
import { readAccount, readNonce } from '../../ledger/state-keys.js';
import { transactionId } from '../../ledger/values/identity.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import { createPurse, customerOf } from './simulated-chain.js';
import type { SimulatedNode } from './simulated-node.js';
import type { Simulation } from './simulation.js';

const lanes = 3;
/** A wallet without news for so many slots asks another node. */
const patienceSlots = 2;
/** Of a million payments, so many come with a rival. */
const rivalPpm = 50_000;
/** And so many are good for a few slots only; then the wallet signs another. */
const expiringPpm = 100_000;

interface Underway {
  readonly nonce: number;
  readonly transactions: readonly Transaction[];
  readonly lastSlot: number;
  handedAt: number;
}

/** The honest node that has the most final blocks on disk. */
export function furthest({ nodes, isHonest }: Simulation): SimulatedNode {
  let best = nodes.find(({ index }) => isHonest(index))!;
  for (const node of nodes) if (isHonest(node.index) && node.disk.tip().index > best.disk.tip().index) best = node;
  return best;
}

/** @param everyMs mean time between payments @returns what ends it */
export function startLoad(simulation: Simulation, everyMs: number): () => void {
  const { chain, queue } = simulation;
  const random = simulation.random.fork('load');
  const patienceUs = patienceSlots * simulation.slotMs * 1000;
  const customers = simulation.options.customers ?? 8;
  const purses = Array.from({ length: customers }, (_, at) => createPurse(chain, 'customer', at));
  const underway = new Map<number, Underway>();
  let running = true;

  const handIn = (payment: Underway): void => {
    const up = simulation.nodes.filter((node) => node.isUp());
    if (up.length === 0) return;
    payment.handedAt = queue.now();
    for (const transaction of payment.transactions) simulation.submit(random.pick(up), transaction);
  };
  const begin = (payer: number, lane: number, nonce: number): Underway => {
    const expires = random.chance(expiringPpm) ? simulation.slot() + random.between(1, 30) : undefined;
    const sign = (): Transaction =>
      purses[payer]!.payAt(lane, nonce, customerOf(random.below(customers)), 1 + random.below(100), expires);
    const first = sign();
    simulation.submitted(transactionId(chain.context.crypto, first));
    const transactions = random.chance(rivalPpm) ? [first, sign()] : [first];
    return { nonce, transactions, lastSlot: expires ?? Number.POSITIVE_INFINITY, handedAt: 0 };
  };
  const pay = (): void => {
    if (!running) return;
    queue.schedule(queue.now() + random.between(1, 2 * everyMs * 1000), pay);
    const name = random.below(customers * lanes);
    const [payer, lane] = [Math.floor(name / lanes), name % lanes];
    const next = readNonce(readAccount(furthest(simulation).disk, customerOf(payer)), lane);
    const before = underway.get(name);
    if (before !== undefined && before.nonce >= next && simulation.slot() <= before.lastSlot) {
      if (queue.now() - before.handedAt > patienceUs) handIn(before);
      return;
    }
    const payment = begin(payer, lane, next);
    underway.set(name, payment);
    handIn(payment);
  };
  queue.schedule(queue.now() + 1, pay);
  return () => {
    running = false;
  };
}
