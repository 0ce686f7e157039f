/** Writes what a block changed in the consensus state, with the history that balances as of a height are read from. */
import { assert } from '../../ledger/values/assertion.js';
import { canonicalJson } from '../../ledger/values/canonical.js';
import type { Height } from '../../ledger/values/numbers.js';
import type {
  AccountEntry,
  EpochEntry,
  StateChanges,
  StateEntry,
  SupplyEntry,
  ValidatorEntry,
} from '../../ledger/values/state.js';
import { type AccountRow, accountOf } from './ledger-rows.js';
import type { Connection } from './sqlite.js';

export interface StateWriter {
  /** @param positions of the transactions of block `index` that touch each address. Runs in the caller's transaction. */
  write(index: Height, changes: StateChanges, positions: ReadonlyMap<string, readonly number[]>): void;
}

export function createStateWriter(database: Connection): StateWriter {
  const putAccount = database
    .prepare(
      `INSERT INTO accounts (address, balance, nonces) VALUES (?, ?, ?)
       ON CONFLICT (address) DO UPDATE SET balance = excluded.balance, nonces = excluded.nonces RETURNING id`,
    )
    .pluck();
  const touchAccount = database.prepare(
    `INSERT INTO accounts (address, balance, nonces, last_touched) VALUES (?, ?, ?, ?)
     ON CONFLICT (address) DO UPDATE SET balance = excluded.balance, nonces = excluded.nonces,
       touched_before = last_touched, last_touched = excluded.last_touched
     RETURNING id, touched_before`,
  );
  const getAccount = database.prepare('SELECT balance, nonces FROM accounts WHERE address = ?');
  const putHistory = database.prepare('INSERT INTO account_history VALUES (?, ?, ?, ?, ?, ?)');
  const putValidator = database.prepare('INSERT OR REPLACE INTO validators VALUES (?, ?, ?, ?, ?, ?)');
  const dropValidator = database.prepare('DELETE FROM validators WHERE key = ? RETURNING owner').pluck();
  const putValidatorHistory = database.prepare('INSERT INTO validator_history VALUES (?, ?, ?, ?)');
  const putEpoch = database.prepare('INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?)');
  const putSupply = database.prepare('INSERT OR REPLACE INTO supply VALUES (1, ?, ?)');
  const putState = database.prepare('INSERT OR REPLACE INTO state VALUES (?, ?)');
  const dropState = database.prepare('DELETE FROM state WHERE key = ?');
  const putNode = database.prepare(
    'INSERT INTO tree_nodes VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET node = excluded.node',
  );
  const dropNode = database.prepare('DELETE FROM tree_nodes WHERE path = ?');

  function writeAccount(index: Height, address: string, entry: AccountEntry | null, positions?: readonly number[]) {
    const balance = entry?.balance ?? null;
    const nonces = entry === null ? null : canonicalJson(entry.nonces);
    if (positions === undefined) {
      putHistory.run(putAccount.get(address, balance, nonces), index, balance, nonces, null, null);
      return;
    }
    const row = touchAccount.get(address, balance, nonces, index) as { id: number; touched_before: number | null };
    putHistory.run(row.id, index, balance, nonces, JSON.stringify(positions), row.touched_before);
  }

  function writeValidator(index: Height, key: string, entry: ValidatorEntry | null): void {
    if (entry === null) {
      const owner = dropValidator.get(key);
      if (owner !== undefined) putValidatorHistory.run(owner, index, key, null);
      return;
    }
    const { vrf_key, owner, bonded, unbonding, slashed_epochs } = entry;
    putValidator.run(key, vrf_key, owner, bonded, canonicalJson(unbonding), canonicalJson(slashed_epochs));
    putValidatorHistory.run(owner, index, key, canonicalJson(entry));
  }

  function writeEntry(index: Height, key: string, entry: StateEntry | null): void {
    if (entry?.kind === 'supply') {
      assert(key === 'system/supply', `supply does not stand at ${key}`);
      const { supply, burnt } = entry satisfies SupplyEntry;
      putSupply.run(supply, burnt);
      return;
    }
    if (key === 'system/epoch') {
      const { number, nonce, validators_hash, validators } = entry as EpochEntry;
      putEpoch.run(number, index + 1, nonce, validators_hash, canonicalJson(validators));
      return;
    }
    if (entry === null) dropState.run(key);
    else putState.run(key, canonicalJson(entry));
  }

  return {
    write(index, changes, positions) {
      for (const [key, entry] of changes.entries) {
        if (key.startsWith('account/')) {
          const address = key.slice('account/'.length);
          writeAccount(index, address, entry as AccountEntry | null, positions.get(address));
        } else if (key.startsWith('validator/')) {
          writeValidator(index, key.slice('validator/'.length), entry as ValidatorEntry | null);
        } else {
          writeEntry(index, key, entry);
        }
      }
      for (const [address, touching] of positions) {
        if (changes.entries.has(`account/${address}`)) continue;
        const row = getAccount.get(address) as AccountRow | undefined;
        writeAccount(index, address, (row && accountOf(row)) ?? null, touching);
      }
      for (const [path, node] of changes.nodes) {
        if (node === null) dropNode.run(path);
        else putNode.run(path, node);
      }
    },
  };
}
