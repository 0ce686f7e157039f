/**
 * What users ask of ledger.db, on a read-only connection of its own: it never waits for the writer, nor the writer for
 * it. A cursor that no list gave out yields an empty last page.
 */
import { hash as digest } from 'node:crypto';
import type { Block } from '../../ledger/values/block.js';
import { transactionsRoot } from '../../ledger/values/identity.js';
import { type Height, toEpoch, toHeight, toSlot, toView } from '../../ledger/values/numbers.js';
import type { Receipt } from '../../ledger/values/state.js';
import type { ChainId, Hash } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { Certificate, Evidence } from '../../ledger/values/vote.js';
import { createAccountQueries } from './account-queries.js';
import type { BlockListItem, LedgerQueries, Page, StoredEvidence } from './ledger-queries.js';
import { createLedgerReader } from './ledger-reader.js';
import { type EpochRow, epochOf } from './ledger-rows.js';
import { boundedLimit, readCursor, writeCursor } from './list-cursor.js';
import { ledgerMigrations } from './migrations/ledger-migrations.js';
import { openReader } from './open-database.js';

export interface LedgerQueriesOptions {
  /** A file that `createLedgerStore` has opened before. */
  readonly path: string;
  readonly genesis: { readonly name: string };
  /** Default: what the genesis name and the stored genesis hash make up. */
  readonly chain?: ChainId;
}

const empty: Page<never> = { items: [], nextCursor: null };
const hasher = {
  sha256Hex: (text: string) => digest('sha256', text, 'hex'),
  sha256: (bytes: Uint8Array) => new Uint8Array(digest('sha256', bytes, 'buffer')),
};

/** @throws an Error of one sentence if the file cannot be opened. */
export function createLedgerQueries(options: LedgerQueriesOptions): LedgerQueries {
  const database = openReader(options.path, ledgerMigrations);
  const reader = createLedgerReader(database);
  const genesisHash = reader.genesisHash();
  const chain = options.chain ?? (`${options.genesis.name}-${genesisHash.slice(2, 34)}` as ChainId);
  const list = database.prepare(
    'SELECT idx, header, transaction_count, evidence_count FROM blocks WHERE idx < ? ORDER BY idx DESC LIMIT ?',
  );
  const currentEpoch = database.prepare('SELECT * FROM epochs ORDER BY number DESC LIMIT 1');
  const numberedEpoch = database.prepare('SELECT * FROM epochs WHERE number = ?');
  const evidence = database.prepare(
    'SELECT n, idx, offender, epoch, body FROM evidence WHERE n < ? ORDER BY n DESC LIMIT ?',
  );
  const supply = database.prepare(
    `SELECT supply, burnt,
       (SELECT coalesce(sum(bonded), 0) FROM validators) AS bonded,
       (SELECT coalesce(sum(u.value ->> '$.amount'), 0) FROM validators JOIN json_each(unbonding) u) AS unbonding
     FROM supply`,
  );
  const genesisRoot = database.prepare('SELECT genesis_state_root FROM chain').pluck();

  /** Block 0 has no header that anyone hashed: its hash is the genesis hash. PROTOCOL section 1. */
  function genesisBlock(): { block: Block; certificate: Certificate } {
    const nothing: Hash = `0x${'0'.repeat(64)}`;
    const { validators_hash } = numberedEpoch.get(0) as { validators_hash: Hash };
    const none = transactionsRoot(hasher, []);
    const block: Block = {
      version: 1,
      chain,
      index: toHeight(0),
      epoch: toEpoch(0),
      slot: toSlot(0),
      round: 0,
      prev_hash: nothing,
      justify_view: toView(0),
      proposer: nothing,
      tx_root: none,
      evidence_root: none,
      state_root: genesisRoot.get() as Hash,
      validators_hash,
      hash: genesisHash,
      transactions: [],
      evidence: [],
    };
    return {
      block,
      certificate: {
        phase: 'commit',
        epoch: toEpoch(0),
        view: toView(0),
        block: genesisHash,
        justify_view: toView(0),
        signers: [],
        signatures: [],
      },
    };
  }

  return {
    tip: reader.tip,
    blocks(limit, cursor) {
      const from = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : readCursor(cursor, 1);
      if (from === undefined) return empty;
      const count = boundedLimit(limit);
      const rows = list.all(from[0], count + 1) as (BlockListItem & { idx: number; header: string })[];
      const items = rows.slice(0, count);
      return {
        items: items.map(({ header, transaction_count, evidence_count }) => ({
          ...JSON.parse(header),
          transaction_count,
          evidence_count,
        })),
        nextCursor: rows.length > count ? writeCursor(items.at(-1)!.idx) : null,
      };
    },
    block: database.transaction((at: Height | Hash | 'latest') => {
      const named = at === 'latest' ? reader.tip().index : at;
      if (named === 0 || named === genesisHash) return genesisBlock();
      const block = typeof named === 'number' ? reader.blockByIndex(named) : reader.blockByHash(named);
      const certificate = block && reader.certificateFrom(block.index);
      return block && certificate && { block, certificate };
    }),
    transaction(id) {
      const row = reader.transactionRow(id);
      if (row === undefined) return undefined;
      const { idx: index, position, slot } = row;
      return {
        transaction: JSON.parse(row.body) as Transaction,
        receipt: { id, index, position, slot } as Receipt,
        block: row.hash as Hash,
      };
    },
    ...createAccountQueries(database),
    epoch(number) {
      const row = number === 'current' ? currentEpoch.get() : numberedEpoch.get(number);
      return row === undefined ? undefined : epochOf(row as EpochRow);
    },
    evidence(limit, cursor) {
      const from = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : readCursor(cursor, 1);
      if (from === undefined) return empty;
      const count = boundedLimit(limit);
      const rows = evidence.all(from[0], count + 1) as { n: number; idx: number; body: string }[];
      const items = rows.slice(0, count);
      return {
        items: items.map(({ n: _n, idx: index, body, ...row }) => {
          return { evidence: JSON.parse(body) as Evidence, ...row, index } as StoredEvidence;
        }),
        nextCursor: rows.length > count ? writeCursor(items.at(-1)!.n) : null,
      };
    },
    supply: () => supply.get() as ReturnType<LedgerQueries['supply']>,
    close: () => {
      database.close();
    },
  };
}
