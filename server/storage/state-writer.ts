/** Writes what a block changed in the consensus state, with the history that balances as of a height are read from. */
import { assert } from '../../ledger/values/assertion.js';
import { canonicalJson } from '../../ledger/values/canonical.js';
import type { EpochEntry, StateEntry, SupplyEntry, ValidatorEntry } from '../../ledger/values/state.js';
import type { AccountRow } from './ledger-rows.js';
import type { PackedState } from './packed-block.js';
import type { Connection } from './sqlite.js';
import { createRecent } from './state-cache.js';

export interface StateWriter {
  /** What block `index` changed. Runs in the caller's transaction. */
  write(index: number, state: PackedState): void;
}

interface KnownRow {
  readonly id: number;
  /** The last block with a transaction that touches the account. */
  last_touched: number | null;
}

/** Characters of addresses, some 16,000 of them, and as many once more of those before. */
const maxKnownRows = 1024 * 1024;

export function createStateWriter(database: Connection): StateWriter {
  const putAccount = database.prepare(
    `INSERT INTO accounts (address, balance, nonces) VALUES (?, ?, ?)
     ON CONFLICT (address) DO UPDATE SET balance = excluded.balance, nonces = excluded.nonces
     RETURNING id, last_touched`,
  );
  const touchAccount = database.prepare(
    `INSERT INTO accounts (address, balance, nonces, last_touched) VALUES (?, ?, ?, ?)
     ON CONFLICT (address) DO UPDATE SET balance = excluded.balance, nonces = excluded.nonces,
       touched_before = last_touched, last_touched = excluded.last_touched
     RETURNING id, touched_before AS last_touched`,
  );
  const putKnown = database.prepare('UPDATE accounts SET balance = ?, nonces = ? WHERE id = ?');
  const touchKnown = database.prepare(
    'UPDATE accounts SET balance = ?, nonces = ?, touched_before = last_touched, last_touched = ? WHERE id = ?',
  );
  /** Rows of accounts that were written lately: by its id one is found in half the time. */
  const known = createRecent<KnownRow>(maxKnownRows, () => 1);
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

  /** @param touched transactions of the block touch the account. @returns the row's id, and the block that touched it before */
  function writeRow(
    index: number,
    address: string,
    balance: number | null,
    nonces: string | null,
    touched: boolean,
  ): Readonly<KnownRow> {
    const row = known.get(address);
    if (row === undefined) {
      const found = touched
        ? touchAccount.get(address, balance, nonces, index)
        : putAccount.get(address, balance, nonces);
      const { id, last_touched } = found as KnownRow;
      known.put(address, { id, last_touched: touched ? index : last_touched });
      return { id, last_touched };
    }
    const { id, last_touched } = row;
    if (touched) touchKnown.run(balance, nonces, index, id);
    else putKnown.run(balance, nonces, id);
    if (touched) row.last_touched = index;
    return { id, last_touched };
  }

  function writeAccount(
    index: number,
    address: string,
    balance: number | null,
    nonces: string | null,
    positions: string | null,
  ): void {
    const touched = positions !== null;
    const { id, last_touched } = writeRow(index, address, balance, nonces, touched);
    putHistory.run(id, index, balance, nonces, positions, touched ? last_touched : null);
  }

  function writeValidator(index: number, key: string, entry: ValidatorEntry | null): void {
    if (entry === null) {
      const owner = dropValidator.get(key);
      if (owner !== undefined) putValidatorHistory.run(owner, index, key, null);
      return;
    }
    const { vrf_key, owner, bonded, unbonding, slashed_epochs } = entry;
    putValidator.run(key, vrf_key, owner, bonded, canonicalJson(unbonding), canonicalJson(slashed_epochs));
    putValidatorHistory.run(owner, index, key, canonicalJson(entry));
  }

  function writeEntry(index: number, key: string, entry: StateEntry | null): void {
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
    write(index, { addresses, balances, nonces, positions, untouched, others, paths, nodes }) {
      for (const [at, address] of addresses.entries()) {
        writeAccount(index, address, balances[at]!, nonces[at]!, positions[at]!);
      }
      for (const [key, entry] of others) {
        if (key.startsWith('validator/')) {
          writeValidator(index, key.slice('validator/'.length), entry as ValidatorEntry | null);
        } else {
          writeEntry(index, key, entry);
        }
      }
      for (const [address, touching] of untouched) {
        const row = getAccount.get(address) as AccountRow | undefined;
        writeAccount(index, address, row?.balance ?? null, row?.nonces ?? null, touching);
      }
      for (const [at, path] of paths.entries()) {
        const node = nodes[at]!;
        if (node === null) dropNode.run(path);
        else putNode.run(path, node);
      }
    },
  };
}
