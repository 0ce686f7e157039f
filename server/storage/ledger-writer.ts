/**
 * Writes final blocks and what they changed. One rule: what is given to one call of `append` is one database
 * transaction; it throws and leaves nothing behind, or all of it is durable when it returns.
 */
import { hash as sha256 } from 'node:crypto';
import { assert } from '../../ledger/values/assertion.js';
import type { Block } from '../../ledger/values/block.js';
import { canonicalJson } from '../../ledger/values/canonical.js';
import { transactionJson } from '../../ledger/values/signing.js';
import type { FinalTip, StateChanges } from '../../ledger/values/state.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { FinalBlock } from '../replica/ports.js';
import { idPrefix } from './ledger-rows.js';
import type { Connection } from './sqlite.js';
import { createStateWriter } from './state-writer.js';

export interface LedgerGenesis {
  readonly changes: StateChanges;
  readonly tip: FinalTip;
}

export interface LedgerWriter {
  /** Must follow the tip; the last one has a certificate. */
  append(blocks: readonly FinalBlock[]): void;
}

/** The state of block 0, into a file that has none. */
export function writeGenesis(database: Connection, { changes, tip }: LedgerGenesis): void {
  database
    .transaction(() => {
      const { index, hash, epoch, slot, view } = tip;
      const root = changes.nodes.get('');
      assert(typeof root === 'string', 'genesis has a state tree');
      database
        .prepare('INSERT INTO chain VALUES (1, @hash, @root, @index, @hash, @epoch, @slot, @view, 0)')
        .run({ root: `0x${sha256('sha256', root)}`, index, hash, epoch, slot, view });
      createStateWriter(database).write(index, changes, new Map());
    })
    .immediate();
}

export function createLedgerWriter(database: Connection): LedgerWriter {
  const state = createStateWriter(database);
  const insertBlock = database.prepare(
    'INSERT INTO blocks VALUES (@index, @hash, @slot, @epoch, @first, @transactions, @evidence, @bytes, @header)',
  );
  const insertCertificate = database.prepare('INSERT INTO certificates VALUES (?, ?, ?, ?)');
  const insertTransaction = database.prepare('INSERT INTO transactions VALUES (?, ?, ?, ?, ?, ?)');
  const insertEvidence = database.prepare(
    'INSERT INTO evidence (idx, position, offender, epoch, kind, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const moveTip = database.prepare(
    'UPDATE chain SET tip_index = ?, tip_hash = ?, tip_epoch = ?, tip_slot = ?, tip_view = ?',
  );
  let nextTransaction = database.prepare('SELECT coalesce(max(n), 0) + 1 FROM transactions').pluck().get() as number;

  function writeBlock({ block, certificate, changes, receipts }: FinalBlock): void {
    assert(receipts.length === block.transactions.length, `block ${block.index} has a receipt for each transaction`);
    const { transactions, evidence, ...header } = block;
    const headerText = canonicalJson(header);
    const first = nextTransaction;
    let bytes = Buffer.byteLength(headerText);
    for (const [position, transaction] of transactions.entries()) {
      const body = transactionJson(transaction);
      const { id } = receipts[position]!;
      insertTransaction.run(nextTransaction, block.index, position, id, idPrefix(id), body);
      nextTransaction += 1;
      bytes += Buffer.byteLength(body) + 1;
    }
    for (const [position, one] of evidence.entries()) {
      const body = canonicalJson(one);
      insertEvidence.run(block.index, position, one.first.validator, one.first.epoch, one.kind, body);
      bytes += Buffer.byteLength(body) + 1;
    }
    insertBlock.run({
      index: block.index,
      hash: block.hash,
      slot: block.slot,
      epoch: block.epoch,
      first,
      transactions: transactions.length,
      evidence: evidence.length,
      bytes,
      header: headerText,
    });
    if (certificate !== undefined) {
      assert(certificate.block === block.hash, `the certificate with block ${block.index} is its own`);
      insertCertificate.run(block.index, certificate.epoch, certificate.view, canonicalJson(certificate));
    }
    state.write(block.index, changes, positionsByAddress(block));
  }

  return {
    append(blocks) {
      const last = blocks.at(-1);
      if (last === undefined) return;
      const { block, certificate } = last;
      assert(certificate !== undefined, 'the last block of an append has its certificate');
      database
        .transaction(() => {
          for (const one of blocks) writeBlock(one);
          moveTip.run(block.index, block.hash, certificate.epoch, block.slot, certificate.view);
        })
        .immediate();
    },
  };
}

/** Positions of the block's transactions that touch each account, ascending. */
function positionsByAddress({ transactions }: Block): ReadonlyMap<string, readonly number[]> {
  const positions = new Map<string, number[]>();
  for (const [position, transaction] of transactions.entries()) {
    for (const address of addressesOf(transaction)) {
      const known = positions.get(address);
      if (known === undefined) positions.set(address, [position]);
      else known.push(position);
    }
  }
  return positions;
}

function addressesOf(transaction: Transaction): ReadonlySet<string> {
  const addresses = new Set<string>([transaction.from]);
  if (transaction.type === 'transfer') for (const { to } of transaction.outputs) addresses.add(to);
  return addresses;
}
