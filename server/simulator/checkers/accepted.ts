/**
 * Accepted means kept: what an honest node answered as accepted is final exactly once, or it is plain why not: the node
 * says that it dropped it, another transaction took its nonce, or its time is over.
 */
import { readAccount, readNonce } from '../../../ledger/state-keys.js';
import type { Block } from '../../../ledger/values/block.js';
import type { StateReader } from '../../../ledger/values/state.js';
import type { Transaction, TransactionId } from '../../../ledger/values/transaction.js';
import { Violation } from './violation.js';

/** Slots that a transaction may take once nothing stands in its way. */
const owedWithinSlots = 15;

export type Fate = 'waiting' | 'dropped' | 'unknown';

export interface AcceptedBook {
  /** An honest node said yes, and the transaction was on its disk. */
  accepted(node: number, slot: number, id: TransactionId, transaction: Transaction): void;
  /** Its disk was exchanged for an old copy: what it had accepted since is gone with it. */
  diskExchanged(node: number): void;
  /** What it said that it dropped is forgotten with its process, and was said. */
  processEnded(node: number, fateOf: (id: TransactionId) => Fate): void;
  /** A block is final, for the first time on any honest disk. */
  final(block: Block, idOf: (transaction: Transaction) => TransactionId): void;
  /** @param state of the furthest disk @throws Violation when one is neither final nor refused */
  check(slot: number, state: Pick<StateReader, 'get'>, fateAt: (node: number, id: TransactionId) => Fate): void;
  readonly counts: { accepted: number; final: number };
}

interface Accepted {
  readonly transaction: Transaction;
  readonly slot: number;
  readonly nodes: Set<number>;
}

export function createAcceptedBook(): AcceptedBook {
  const open = new Map<TransactionId, Accepted>();
  const finalAt = new Map<TransactionId, number>();
  const counts = { accepted: 0, final: 0 };
  return {
    counts,
    accepted(node, slot, id, transaction) {
      if (finalAt.has(id)) return;
      const known = open.get(id);
      if (known === undefined) {
        counts.accepted++;
        open.set(id, { transaction, slot, nodes: new Set([node]) });
      } else known.nodes.add(node);
    },
    diskExchanged(node) {
      for (const { nodes } of open.values()) nodes.delete(node);
    },
    processEnded(node, fateOf) {
      for (const [id, { nodes }] of open) if (nodes.has(node) && fateOf(id) === 'dropped') nodes.delete(node);
    },
    final(block, idOf) {
      for (const transaction of block.transactions) {
        const id = idOf(transaction);
        const before = finalAt.get(id);
        if (before !== undefined)
          throw new Violation('final once', `${id} is final at ${before} and at ${block.index}`);
        finalAt.set(id, block.index);
        if (open.delete(id)) counts.final++;
      }
    },
    check(slot, state, fateAt) {
      for (const [id, { transaction, slot: acceptedAt, nodes }] of open) {
        const { from, lane, nonce, expires_slot } = transaction;
        const isOver = expires_slot !== undefined && expires_slot < slot;
        if (isOver || slot - acceptedAt < owedWithinSlots || nonce < readNonce(readAccount(state, from), lane))
          continue;
        for (const node of nodes) {
          const fate = fateAt(node, id);
          if (fate === 'dropped') continue;
          const detail = `node ${node} accepted ${id} in slot ${acceptedAt}; in slot ${slot} it is not final, and ${fate} there`;
          throw new Violation('accepted means kept', detail);
        }
      }
    },
  };
}
