/** Balances and stake in a ledger file, added up: a million accounts are too many to ask for over HTTP. */
import { createLedgerReader } from '../../../server/storage/ledger-reader.js';
import { ledgerMigrations } from '../../../server/storage/migrations/ledger-migrations.js';
import { openReader } from '../../../server/storage/open-database.js';

/** Of a node that is stopped. */
export function supplyInFile(path: string): readonly string[] {
  const database = openReader(path, ledgerMigrations);
  try {
    const held = database
      .prepare(
        `SELECT (SELECT sum(balance) FROM accounts) + (SELECT coalesce(sum(bonded), 0) FROM validators)
         + (SELECT coalesce(sum(u.value ->> '$.amount'), 0) FROM validators JOIN json_each(unbonding) u)`,
      )
      .pluck()
      .get() as number;
    const entry = createLedgerReader(database).get('system/supply');
    const supply = entry?.kind === 'supply' ? entry.supply : Number.NaN;
    return held === supply ? [] : [`the supply is ${supply}, but accounts and stake hold ${held}`];
  } finally {
    database.close();
  }
}
