/** Reads final state and final blocks from ledger.db: what a replica asks of its LedgerStore. */
import type { Block, HashedHeader } from '../../ledger/values/block.js';
import { maxLineBytes } from '../../ledger/values/limits.js';
import type { Height } from '../../ledger/values/numbers.js';
import type { FinalTip, Receipt, StateEntry, StateReader } from '../../ledger/values/state.js';
import type { Hash } from '../../ledger/values/text.js';
import type { TransactionId } from '../../ledger/values/transaction.js';
import type { Certificate } from '../../ledger/values/vote.js';
import type { BlocksPage } from '../replica/ports.js';
import {
  type AccountRow,
  accountOf,
  type BlockRow,
  blockOf,
  certificateOf,
  type EpochRow,
  epochOf,
  headerOf,
  idPrefix,
  stateText,
  supplyOf,
  type TipRow,
  tipOf,
  type ValidatorRow,
  validatorOf,
} from './ledger-rows.js';
import type { Connection } from './sqlite.js';
import { createNodeReader } from './tree-places.js';

export interface TransactionRow {
  readonly n: number;
  readonly idx: number;
  readonly position: number;
  readonly body: string;
  /** Of its block. */
  readonly slot: number;
  readonly hash: string;
  readonly header: string;
  readonly first_transaction: number;
  readonly transaction_count: number;
}

export interface LedgerReader extends StateReader {
  genesisHash(): Hash;
  tip(): FinalTip;
  header(index: number): HashedHeader | undefined;
  headerByHash(hash: Hash): HashedHeader | undefined;
  blockByIndex(index: Height): Block | undefined;
  blockByHash(hash: Hash): Block | undefined;
  certificate(block: Hash): Certificate | undefined;
  /** The certificate of block `index`, or of the nearest later block that has one. */
  certificateFrom(index: Height): Certificate | undefined;
  /** See LedgerStore. */
  page(from: Height, count: number, maxBytes: number): BlocksPage;
  transactionRow(id: TransactionId): TransactionRow | undefined;
  receipt(id: TransactionId): Receipt | undefined;
}

/** The index of ids is in parts of 2^15 transactions: what it says of a part is `n >> 15`. */
const partBits = 15;

/** Bytes of a page that still fits into a line, with what stands around and between its parts. One block always does. */
const maxPageBytes = maxLineBytes - 4_096;

const blockColumns = 'idx, header, first_transaction, transaction_count, evidence_count';

export function createLedgerReader(database: Connection): LedgerReader {
  const chain = database.prepare('SELECT * FROM chain');
  const account = database.prepare('SELECT balance, nonces FROM accounts WHERE address = ?');
  const validator = database.prepare('SELECT * FROM validators WHERE key = ?');
  const currentEpoch = database.prepare('SELECT * FROM epochs ORDER BY number DESC LIMIT 1');
  const supply = database.prepare('SELECT supply, burnt FROM supply');
  const other = database.prepare('SELECT entry FROM state WHERE key = ?').pluck();
  const headerText = database.prepare('SELECT header FROM blocks WHERE idx = ?').pluck();
  const headerTextOfHash = database.prepare('SELECT header FROM blocks WHERE hash = ?').pluck();
  const byIndex = database.prepare(`SELECT ${blockColumns} FROM blocks WHERE idx = ?`);
  const byHash = database.prepare(`SELECT ${blockColumns} FROM blocks WHERE hash = ?`);
  const bodies = database.prepare('SELECT body FROM transactions WHERE n >= ? AND n < ? ORDER BY n').pluck();
  const evidenceOf = database.prepare('SELECT body FROM evidence WHERE idx = ? ORDER BY n').pluck();
  const certificateOfHash = database
    .prepare('SELECT certificate FROM certificates JOIN blocks USING (idx) WHERE hash = ?')
    .pluck();
  const nextCertificate = database.prepare(
    'SELECT idx, certificate FROM certificates WHERE idx >= ? ORDER BY idx LIMIT 1',
  );
  const sizes = database.prepare(
    `SELECT idx, bytes + coalesce(length(certificate), 0) AS bytes, certificate IS NOT NULL AS certified
     FROM blocks LEFT JOIN certificates USING (idx) WHERE idx >= ? ORDER BY idx LIMIT ?`,
  );
  const blocksBetween = database.prepare(`SELECT ${blockColumns} FROM blocks WHERE idx BETWEEN ? AND ? ORDER BY idx`);
  const pageCertificates = database
    .prepare(
      `SELECT certificate FROM certificates JOIN blocks USING (idx)
       WHERE idx BETWEEN @from AND @end AND (idx = @end OR json_extract(header, '$.next_epoch') IS NOT NULL) ORDER BY idx`,
    )
    .pluck();
  const lastTransaction = database.prepare('SELECT coalesce(max(n), 0) FROM transactions').pluck();
  const withPrefix = database.prepare(
    `SELECT n, idx, position, id, body, slot, hash, header, first_transaction, transaction_count
     FROM transactions JOIN blocks USING (idx) WHERE n >> ${partBits} = ? AND id_prefix = ?`,
  );

  const certificateRow = (from: number) =>
    nextCertificate.get(from) as { idx: number; certificate: string } | undefined;

  function readBlock(row: BlockRow | undefined): Block | undefined {
    if (row === undefined) return undefined;
    const { first_transaction: first, transaction_count: count } = row;
    const transactions = count === 0 ? [] : bodies.all(first, first + count);
    const evidence = row.evidence_count === 0 ? [] : evidenceOf.all(row.idx);
    return blockOf(row, transactions as string[], evidence as string[]);
  }

  /**
   * Last block of a page: the farthest within its limits that has a certificate, else the first that has one. undefined: those
   * up to there are more than `count`, or too long together for a line.
   */
  function pageEnd(from: Height, count: number, maxBytes: number): number | undefined {
    const rows = sizes.all(from, count) as { idx: number; bytes: number; certified: number }[];
    if (rows[0]?.idx !== from) return undefined;
    let end: number | undefined;
    let bytes = 0;
    for (const row of rows) {
      bytes += row.bytes;
      if (bytes > maxBytes && end !== undefined) break;
      if (bytes > maxPageBytes && row.idx > from) break;
      if (row.certified === 1) end = row.idx;
    }
    return end;
  }

  function transactionRow(id: TransactionId): TransactionRow | undefined {
    const prefix = idPrefix(id);
    // The newest part first: it is asked for most.
    for (let part = Math.floor((lastTransaction.get() as number) / 2 ** partBits); part >= 0; part -= 1) {
      const rows = withPrefix.all(part, prefix) as (TransactionRow & { id: string })[];
      const row = rows.find((one) => one.id === id);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  return {
    genesisHash: () => (chain.get() as { genesis_hash: Hash }).genesis_hash,
    tip: () => tipOf(chain.get() as TipRow | undefined),
    get(key) {
      if (key.startsWith('account/')) {
        const row = account.get(key.slice('account/'.length)) as AccountRow | undefined;
        return row && accountOf(row, key);
      }
      if (key.startsWith('validator/')) {
        const row = validator.get(key.slice('validator/'.length)) as ValidatorRow | undefined;
        return row && validatorOf(row);
      }
      if (key === 'system/epoch') {
        const row = currentEpoch.get() as EpochRow | undefined;
        return row && epochOf(row);
      }
      if (key === 'system/supply') {
        const row = supply.get() as { supply: number; burnt: number } | undefined;
        return row && supplyOf(row);
      }
      const text = other.get(key) as string | undefined;
      return text === undefined ? undefined : stateText<StateEntry>(text, key);
    },
    node: createNodeReader(database),
    header(index) {
      const text = headerText.get(index) as string | undefined;
      return text === undefined ? undefined : headerOf(text, index);
    },
    headerByHash(hash) {
      const text = headerTextOfHash.get(hash) as string | undefined;
      return text === undefined ? undefined : headerOf(text, hash);
    },
    blockByIndex: (index) => readBlock(byIndex.get(index) as BlockRow | undefined),
    blockByHash: (hash) => readBlock(byHash.get(hash) as BlockRow | undefined),
    certificate(block) {
      const text = certificateOfHash.get(block) as string | undefined;
      return text === undefined ? undefined : certificateOf(text, block);
    },
    certificateFrom(index) {
      const row = certificateRow(index);
      return row && certificateOf(row.certificate, row.idx);
    },
    page(from, count, maxBytes) {
      const end = pageEnd(from, count, maxBytes);
      if (end === undefined) {
        const row = headerText.get(from) === undefined ? undefined : certificateRow(from);
        return { blocks: [], finality: row === undefined ? [] : [certificateOf(row.certificate, row.idx)] };
      }
      const blocks = (blocksBetween.all(from, end) as BlockRow[]).map((row) => readBlock(row)!);
      const certificates = pageCertificates.all({ from, end }) as string[];
      const finality = certificates.map((text) => certificateOf(text, `${from} to ${end}`));
      return { blocks, finality };
    },
    transactionRow,
    receipt(id) {
      const row = transactionRow(id);
      if (row === undefined) return undefined;
      return { id, index: row.idx, position: row.position, slot: row.slot } as Receipt;
    },
  };
}
