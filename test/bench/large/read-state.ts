/** The whole state of a ledger in memory: to go on building where the file ends. */
import { createOverlay, type Overlay } from '../../../ledger/overlay.js';
import type { FinalTip, StateEntry } from '../../../ledger/values/state.js';
import { createLedgerReader } from '../../../server/storage/ledger-reader.js';
import { type AccountRow, accountOf } from '../../../server/storage/ledger-rows.js';
import { ledgerMigrations } from '../../../server/storage/migrations/ledger-migrations.js';
import { openReader } from '../../../server/storage/open-database.js';

export function readWholeState(path: string): { readonly state: Overlay; readonly tip: FinalTip } {
  const database = openReader(path, ledgerMigrations);
  const reader = createLedgerReader(database);
  const state = createOverlay({ get: () => undefined, node: () => undefined });
  const put = (key: string, entry: StateEntry | undefined): void => {
    if (entry !== undefined) state.set(key, entry);
  };
  for (const row of database.prepare('SELECT address, balance, nonces FROM accounts').iterate()) {
    const key = `account/${(row as { address: string }).address}`;
    put(key, accountOf(row as AccountRow, key));
  }
  for (const row of database.prepare('SELECT path, node FROM state_tree').iterate()) {
    state.setNode((row as { path: string }).path, (row as { node: string }).node);
  }
  const validators = database.prepare('SELECT key FROM validators').pluck().all() as string[];
  const others = database.prepare('SELECT key FROM state').pluck().all() as string[];
  const keys = [...validators.map((key) => `validator/${key}`), ...others, 'system/epoch', 'system/supply'];
  for (const key of keys) put(key, reader.get(key));
  const tip = reader.tip();
  database.close();
  return { state, tip };
}
