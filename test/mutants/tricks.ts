/**
 * A customer who tries what must not work: a payment again, more than the balance, another's money. Afterwards the
 * chain is read for what must not stand in it.
 */
import { decodeAddress } from '../../ledger/values/address.js';
import type { Block } from '../../ledger/values/block.js';
import { transactionId } from '../../ledger/values/identity.js';
import { toNonce } from '../../ledger/values/numbers.js';
import { transactionSigningText } from '../../ledger/values/signing.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import { keepTexts } from '../../ledger/values/transaction-texts.js';
import { checkEveryUnit } from '../../server/simulator/checkers/supply.js';
import { Violation } from '../../server/simulator/checkers/violation.js';
import type { Random } from '../../server/simulator/random.js';
import { createPurse, customerOf } from '../../server/simulator/simulated-chain.js';
import type { Simulation } from '../../server/simulator/simulation.js';

/** An address without an account: whatever it pays, it does not have. */
const trickster = 1_000;
const everyUs = 1_500_000;

function longestChain({ nodes, isHonest }: Simulation): readonly Block[] {
  const chains = nodes.filter(({ index }) => isHonest(index)).map(({ disk }) => disk.blocks());
  return chains.reduce((longest, blocks) => (blocks.length > longest.length ? blocks : longest)).slice(1);
}

export function startTricks(simulation: Simulation, random: Random): void {
  const { queue, chain, nodes } = simulation;
  const purse = createPurse(chain, 'customer', trickster);
  const recent = (): Transaction | undefined => {
    const transactions = longestChain(simulation)
      .slice(-10)
      .flatMap((block) => block.transactions);
    return transactions.length === 0 ? undefined : random.pick(transactions);
  };
  const forged = (): Transaction | undefined => {
    const known = recent();
    if (known === undefined) return undefined;
    // The next payment of an honest customer, with the signature of the last.
    const next: Transaction = { ...known, nonce: toNonce(known.nonce + 1) };
    keepTexts(next);
    return next;
  };
  const tricks = [recent, forged, () => purse.pay(customerOf(0), 1 + random.below(100))];
  const play = (): void => {
    queue.schedule(queue.now() + random.between(1, 2 * everyUs), play);
    const transaction = random.pick(tricks)();
    if (transaction === undefined) return;
    for (const node of nodes) if (node.isUp()) node.submit([transaction]);
  };
  queue.schedule(everyUs, play);
}

/** Each transaction once and signed by its sender; every unit somewhere, on the disk of each honest node. */
export function checkPayments(simulation: Simulation): void {
  const { chain, nodes, isHonest } = simulation;
  const { crypto, genesis } = chain.context;
  for (const { index, disk } of nodes) if (isHonest(index)) checkEveryUnit(disk.entries());
  const seen = new Set<string>();
  for (const { index, transactions } of longestChain(simulation)) {
    for (const transaction of transactions) {
      const id = transactionId(crypto, transaction);
      if (seen.has(id)) throw new Violation('exactly once', `transaction ${id} again in block ${index}`);
      seen.add(id);
      const sender = decodeAddress(transaction.from, genesis.address_prefix);
      const text = transactionSigningText(transaction);
      if (!sender.ok || !crypto.verify(sender.value.publicKey, text, transaction.signature)) {
        throw new Violation('signed by its sender', `transaction ${id} in block ${index}`);
      }
    }
  }
}
