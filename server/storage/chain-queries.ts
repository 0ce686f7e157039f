/** Questions about the chain as a whole: headers newest first, epochs, evidence, supply. */
import { evidenceOffender, evidenceRoot, transactionsRoot, validatorsHash } from '../../ledger/values/identity.js';
import { type Epoch, toAmount } from '../../ledger/values/numbers.js';
import type { EpochEntry, SupplyEntry, ValidatorEntry } from '../../ledger/values/state.js';
import type { PublicKey } from '../../ledger/values/text.js';
import type { Evidence } from '../../ledger/values/vote.js';
import { type CheckedReader, checkedHeader } from './checked-reader.js';
import { storageHasher as hasher } from './checked-state.js';
import { checking, damage, parsed } from './ledger-damage.js';
import type { BlockListItem, LedgerQueries, Page, StoredEvidence } from './ledger-queries.js';
import { type EpochRow, epochOf, headerOf } from './ledger-rows.js';
import { boundedLimit, readCursor, writeCursor } from './list-cursor.js';
import type { Connection } from './sqlite.js';

type ChainQueries = Pick<LedgerQueries, 'blocks' | 'epoch' | 'evidence' | 'supply'>;

interface ListRow {
  readonly idx: number;
  readonly header: string;
  readonly first_transaction: number;
  readonly transaction_count: number;
  readonly evidence_count: number;
}

const empty: Page<never> = { items: [], nextCursor: null };
/** Validators whose entries are proved before their stake is summed up: some 20 microseconds each, once for each final block. */
const provedValidators = 1024;
const rootOfNone = transactionsRoot(hasher, []);

/** Called inside one read of the checked reader. */
export function createChainQueries(database: Connection, reader: CheckedReader): ChainQueries {
  const list = database.prepare(
    `SELECT idx, header, first_transaction, transaction_count, evidence_count
     FROM blocks WHERE idx < ? ORDER BY idx DESC LIMIT ?`,
  );
  const lastTransaction = database.prepare('SELECT coalesce(max(n), 0) FROM transactions').pluck();
  const firstOf = database.prepare('SELECT first_transaction FROM blocks WHERE idx = ?').pluck();
  const numberedEpoch = database.prepare('SELECT * FROM epochs WHERE number = ?');
  const firstAfter = database
    .prepare('SELECT first_index FROM epochs WHERE number > ? ORDER BY number LIMIT 1')
    .pluck();
  const evidenceRows = database.prepare(
    'SELECT n, idx, position, offender, epoch, body FROM evidence WHERE n < ? ORDER BY n DESC LIMIT ?',
  );
  const sums = database.prepare(
    `SELECT count(*) AS count, (SELECT coalesce(sum(bonded), 0) FROM validators) AS bonded,
       (SELECT coalesce(sum(u.value ->> '$.amount'), 0) FROM validators JOIN json_each(unbonding) u) AS unbonding
     FROM validators`,
  );
  const validatorKeys = database.prepare('SELECT key FROM validators').pluck();
  let provedAt: string | undefined;
  let proved = { bonded: 0, unbonding: 0 };

  /** Rows of transactions stand in the order of the chain, so one block's end where the next one's begin. */
  function listItem(row: ListRow, firstOfNext: number): BlockListItem {
    const { header: text, transaction_count, evidence_count, idx, first_transaction } = row;
    const header = checkedHeader(headerOf(text, idx), idx)!;
    const isWhole =
      first_transaction + transaction_count === firstOfNext &&
      (transaction_count === 0) === (header.tx_root === rootOfNone) &&
      (evidence_count === 0) === (header.evidence_root === rootOfNone) &&
      (evidence_count === 0 || reader.blockByIndex(header.index)?.evidence.length === evidence_count);
    if (!isWhole) damage(`block ${idx} has other numbers of transactions or evidence than were made final`);
    return { ...header, transaction_count, evidence_count };
  }

  function blocks(limit: number, cursor?: string): Page<BlockListItem> {
    const from = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : readCursor(cursor, 1);
    if (from === undefined) return empty;
    const count = boundedLimit(limit);
    const tip = reader.tip().index;
    const top = Math.min(from[0]!, tip + 1);
    const rows = list.all(top, count + 1) as ListRow[];
    if (rows.length < Math.min(count + 1, top - 1)) damage(`a block below ${top} is missing`);
    let next = top > tip ? (lastTransaction.get() as number) + 1 : (firstOf.get(top) as number);
    const items = rows.slice(0, count).map((row, at) => {
      if (row.idx !== top - 1 - at) damage(`block ${top - 1 - at} is missing`);
      const item = listItem(row, next);
      next = row.first_transaction;
      return item;
    });
    return { items, nextCursor: rows.length > count ? writeCursor(items.at(-1)!.index) : null };
  }

  /** The set is that of its hash; set and nonce are those that the closing block states, or genesis. */
  function epochNumbered(number: Epoch): EpochEntry | undefined {
    const row = numberedEpoch.get(number) as (EpochRow & { first_index: number }) | undefined;
    if (row === undefined) return skipped(number);
    const entry = epochOf(row);
    const stated =
      number === 0
        ? { number, validators_hash: entry.validators_hash, nonce: reader.genesisHash() }
        : reader.header(row.first_index - 1)?.next_epoch;
    const isStated = checking(
      `epoch ${number}`,
      () =>
        stated?.number === number &&
        stated.validators_hash === entry.validators_hash &&
        stated.nonce === entry.nonce &&
        validatorsHash(hasher, entry.validators) === entry.validators_hash,
    );
    if (!isStated) damage(`epoch ${number} is not the one that its closing block states`);
    return entry;
  }

  /** Empty epochs have no row: the block that closed the one before states a later one. The current one always has. */
  function skipped(number: Epoch): undefined {
    const current = (reader.get('system/epoch') as EpochEntry | undefined)?.number ?? damage('no epoch governs');
    if (number > current) return;
    const first = number === current ? undefined : (firstAfter.get(number) as number | undefined);
    if (first === undefined || (reader.header(first - 1)?.epoch ?? number) >= number)
      damage(`epoch ${number} is missing`);
  }

  function evidence(limit: number, cursor?: string): Page<StoredEvidence> {
    const from = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : readCursor(cursor, 1);
    if (from === undefined) return empty;
    const count = boundedLimit(limit);
    const rows = evidenceRows.all(from[0], count + 1) as (Omit<StoredEvidence, 'evidence' | 'index'> & {
      n: number;
      idx: number;
      position: number;
      body: string;
    })[];
    const items = rows.slice(0, count).map(({ idx, position, body, offender, epoch }): StoredEvidence => {
      const header = reader.header(idx);
      const inBlock = header && reader.blockByHash(header.hash)?.evidence[position];
      const name = `evidence ${position} of block ${idx}`;
      const found = parsed<Evidence>(body, () => name);
      const isStored = checking(
        name,
        () =>
          header !== undefined &&
          inBlock !== undefined &&
          evidenceRoot(hasher, [inBlock]) === evidenceRoot(hasher, [found]) &&
          evidenceOffender(found) === offender &&
          found.first.epoch === epoch,
      );
      if (header === undefined || !isStored) damage(`${name} is not the one that was made final`);
      return { evidence: found, offender, epoch, index: header.index };
    });
    return { items, nextCursor: rows.length > count ? writeCursor(rows[count - 1]!.n) : null };
  }

  function validatorEntry(key: PublicKey): ValidatorEntry {
    const entry = reader.get(`validator/${key}`) as ValidatorEntry | undefined;
    return entry ?? damage(`validator/${key} of the state does not follow from the root in the last block`);
  }

  function supply(): ReturnType<LedgerQueries['supply']> {
    const entry = reader.get('system/supply') as SupplyEntry | undefined;
    if (entry === undefined) damage('system/supply of the state is missing');
    const { hash } = reader.tip();
    const row = sums.get() as { count: number; bonded: number; unbonding: number };
    if (row.count <= provedValidators && provedAt !== hash) {
      const keys = validatorKeys.all() as PublicKey[];
      const entries = keys.map((key) => validatorEntry(key));
      proved = {
        bonded: entries.reduce((sum, { bonded }) => sum + bonded, 0),
        unbonding: entries.reduce((sum, one) => sum + one.unbonding.reduce((all, { amount }) => all + amount, 0), 0),
      };
      provedAt = hash;
    }
    if (row.count <= provedValidators && (row.bonded !== proved.bonded || row.unbonding !== proved.unbonding)) {
      damage('the stake of a validator does not follow from the root in the last block');
    }
    return {
      supply: entry.supply,
      burnt: entry.burnt,
      bonded: toAmount(row.bonded),
      unbonding: toAmount(row.unbonding),
    };
  }

  return {
    blocks,
    epoch: (number) =>
      number === 'current' ? (reader.get('system/epoch') as EpochEntry | undefined) : epochNumbered(number),
    evidence,
    supply,
  };
}
