/** What those ask for who believe no node: the way from one validator set to the next, and from a block to a certificate. */
import type { HashedHeader } from '../../ledger/values/block.js';
import type { Epoch } from '../../ledger/values/numbers.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { CheckedReader } from './checked-reader.js';
import { damage } from './ledger-damage.js';
import type { EpochLink, LedgerQueries } from './ledger-queries.js';
import { boundedLimit } from './list-cursor.js';
import type { Connection } from './sqlite.js';

type ProofQueries = Pick<LedgerQueries, 'descendants' | 'epochLinks'>;

/** Sets and certificates of hundreds of validators are long: an answer has no more of them, but for the first. */
const maxBytes = 256 * 1024;
/** Of a header, and of each signature of a certificate, as they are written. */
const headerBytes = 1_024;
const signatureBytes = 140;

interface LinkRow {
  readonly number: Epoch;
  readonly first_index: number;
  readonly bytes: number;
}

/**
 * Called inside one read of the checked reader.
 *
 * @param epoch checks the set against its closing block
 */
export function createProofQueries(
  database: Connection,
  reader: CheckedReader,
  epoch: (number: Epoch) => EpochEntry | undefined,
): ProofQueries {
  const linkRows = database.prepare(
    'SELECT number, first_index, length(validators) AS bytes FROM epochs WHERE number > ? ORDER BY number LIMIT ?',
  );

  const headerOf = (index: number): HashedHeader => reader.header(index) ?? damage(`block ${index} is missing`);

  /** The signatures are what the asker has come for and checks; here a hundred certificates would be checked in one turn. */
  function link({ number, first_index }: LinkRow, isNext: (before: Epoch) => boolean): EpochLink {
    const header = headerOf(first_index - 1);
    if (!isNext(header.epoch)) damage(`epoch ${header.epoch} is missing`);
    const certificate = reader.certificate(header.hash) ?? damage(`closing block ${header.index} has no certificate`);
    const { validators } = epoch(number) ?? damage(`epoch ${number} is missing`);
    return { header, certificate, validators };
  }

  return {
    epochLinks(after, limit) {
      const links: EpochLink[] = [];
      let bytes = 0;
      for (const row of linkRows.all(after, boundedLimit(limit)) as LinkRow[]) {
        const last = links.at(-1)?.header.next_epoch?.number;
        const found = link(row, (before) => (last === undefined ? before <= after : before === last));
        bytes += headerBytes + found.certificate.signatures.length * signatureBytes + row.bytes;
        if (bytes > maxBytes && links.length > 0) break;
        links.push(found);
      }
      return links;
    },
    descendants(index, to) {
      const last = reader.headerByHash(to)?.index ?? damage(`block ${to} is missing`);
      return Array.from({ length: Math.max(0, last - index) }, (_, n) => headerOf(index + 1 + n));
    },
  };
}
