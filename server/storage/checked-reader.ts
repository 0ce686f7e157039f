/**
 * Final blocks and state read from ledger.db for use: for peers, users and the blocks to come. What a hash covers is hashed
 * again each time. `server verify` and `server repair`, which look for all that is wrong, read without this.
 */
import type { Block, HashedHeader } from '../../ledger/values/block.js';
import { blockHash, evidenceRoot, transactionId, transactionsRoot } from '../../ledger/values/identity.js';
import type { Height } from '../../ledger/values/numbers.js';
import type { Receipt } from '../../ledger/values/state.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { Certificate } from '../../ledger/values/vote.js';
import { type CheckedState, createCheckedState, storageHasher as hasher } from './checked-state.js';
import { checking, damage } from './ledger-damage.js';
import { createLedgerReader, type LedgerReader, type TransactionRow } from './ledger-reader.js';
import { headerOf } from './ledger-rows.js';
import type { Connection } from './sqlite.js';

export interface StoredTransaction {
  readonly transaction: Transaction;
  readonly receipt: Receipt;
  readonly block: Hash;
}

/** Every read throws LedgerDamage where the file contradicts itself. What is absent is not proved, but for blocks by index. */
export interface CheckedReader extends Omit<LedgerReader, 'transactionRow'>, CheckedState {
  transaction(id: TransactionId): StoredTransaction | undefined;
}

/**
 * @param holds true: all reads of one turn of the event loop see one snapshot, which costs a block that reads a thousand
 * entries much less than one for each. Only for a connection that nobody writes through.
 */
export function createCheckedReader(database: Connection, holds = false): CheckedReader {
  const reader = createLedgerReader(database);
  const state = createCheckedState(database, reader, holds);

  /** Final blocks from 1 on are all there. */
  function present<Value>(index: number, value: Value | undefined, what: string): Value | undefined {
    if (value === undefined && index > 0 && index <= state.tip().index) damage(`${what} ${index} is missing`);
    return value;
  }

  function certificateOf(block: Hash | undefined, certificate: Certificate | undefined): Certificate | undefined {
    if (certificate !== undefined && (certificate.block !== block || certificate.phase !== 'commit')) {
      damage(`the certificate stored with block ${block} is not its own`);
    }
    return certificate;
  }

  /** A certificate without its blocks: of one from `from` on. */
  function checkedEnd(from: Height, certificate: Certificate | undefined): void {
    checking(`the certificate after block ${from}`, () => {
      const header = certificate && reader.headerByHash(certificate.block);
      if (certificate?.phase !== 'commit' || header === undefined || header.index < from)
        damage(`the certificate after block ${from} is not of its block`);
    });
  }

  return {
    ...state,
    genesisHash: reader.genesisHash,
    header: (index) =>
      state.once(() => {
        const header = present(index, reader.header(index), 'block');
        return checkedHeader(header, index);
      }),
    headerByHash(hash) {
      const header = reader.headerByHash(hash);
      return checking(`block ${hash}`, () => {
        if (header !== undefined && header.hash !== hash) damage(`block ${header.index} is another than ${hash}`);
        return header && checkedHeader(header, header.index);
      });
    },
    blockByIndex: (index) =>
      state.once(() => checkedBlock(present(index, reader.blockByIndex(index), 'block'), { index })),
    blockByHash: (hash) => checkedBlock(reader.blockByHash(hash), { hash }),
    certificate(block) {
      const certificate = reader.certificate(block);
      return checking(`the certificate of block ${block}`, () => certificateOf(block, certificate));
    },
    certificateFrom: (index) =>
      state.once(() => present(index, reader.certificateFrom(index), 'the certificate of block')),
    page: (from, count, maxBytes) =>
      state.once(() => {
        const page = reader.page(from, count, maxBytes);
        if (page.blocks.length === 0) {
          const header = present(from, reader.header(from), 'block');
          if (header !== undefined) checkedEnd(from, present(from, page.finality[0], 'the certificate of block'));
          return page;
        }
        for (const [at, block] of page.blocks.entries()) checkedBlock(block, { index: from + at });
        const hashes = new Set(page.blocks.map(({ hash }) => hash));
        const to = from + page.blocks.length - 1;
        checking(`a certificate of blocks ${from} to ${to}`, () => {
          if (!page.finality.every(({ block }) => hashes.has(block)))
            damage(`a certificate of blocks ${from} to ${to} is not of its block`);
        });
        return page;
      }),
    transaction(id) {
      const row = reader.transactionRow(id);
      return row && checkedTransaction(row, id);
    },
    receipt(id) {
      const row = reader.transactionRow(id);
      return row && checkedTransaction(row, id).receipt;
    },
  };
}

export function checkedHeader(header: HashedHeader | undefined, index: number): HashedHeader | undefined {
  if (header === undefined) return undefined;
  return checking(`block ${index}`, () => {
    if (header.index !== index || blockHash(hasher, header) !== header.hash) {
      damage(`block ${index} is not the one that was made final`);
    }
    return header;
  });
}

function checkedBlock(
  block: Block | undefined,
  asked: { readonly index?: number; readonly hash?: Hash },
): Block | undefined {
  if (block === undefined) return undefined;
  const { index = block.index, hash = block.hash } = asked;
  return checking(`block ${index}`, () => {
    const isWhole =
      block.index === index &&
      block.hash === hash &&
      blockHash(hasher, block) === block.hash &&
      transactionsRoot(hasher, block.transactions) === block.tx_root &&
      evidenceRoot(hasher, block.evidence) === block.evidence_root;
    if (!isWhole) damage(`block ${index} is not the one that was made final`);
    return block;
  });
}

/** The body has the id; the block whose header names its place is whole at the top and has that place. */
export function checkedTransaction(row: TransactionRow, id: TransactionId): StoredTransaction {
  const { idx, position, slot, n } = row;
  return checking(`transaction ${id}`, () => {
    const transaction = JSON.parse(row.body) as Transaction;
    const header = checkedHeader(headerOf(row.header, idx), idx)!;
    const hasPlace = n === row.first_transaction + position && position >= 0 && position < row.transaction_count;
    if (transactionId(hasher, transaction) !== id || !hasPlace || header.hash !== row.hash || header.slot !== slot) {
      damage(`transaction ${id} of block ${idx} is not the one that was made final`);
    }
    return { transaction, receipt: { id, index: header.index, position, slot: header.slot }, block: header.hash };
  });
}
