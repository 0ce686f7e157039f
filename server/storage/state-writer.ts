/** Writes what a block changed in the consensus state, with the history that balances as of a height are read from. */
import { assert } from '../../ledger/values/assertion.js';
import { canonicalJson } from '../../ledger/values/canonical.js';
import type { EpochEntry, StateEntry, SupplyEntry, ValidatorEntry } from '../../ledger/values/state.js';
import { type AccountChange, createHistoryWriter, type HistoryEnd } from './account-history.js';
import type { AccountRow } from './ledger-rows.js';
import type { PackedState } from './packed-block.js';
import { createRecent } from './recent.js';
import type { Connection } from './sqlite.js';
import { createNodeWriter } from './tree-places.js';

/** Runs in the caller's transaction. */
export interface StateWriter {
  /** What block `index` changed, without the tree. */
  write(index: number, state: PackedState): void;
  /** The state tree as these blocks in a row leave it: a node that several of them changed is written once. */
  writeTree(states: readonly PackedState[]): void;
}

interface KnownRow {
  readonly id: number;
  end: HistoryEnd;
}

/** Characters of addresses, some 16,000 of them, and as many once more of those before. */
const maxKnownRows = 1024 * 1024;

export function createStateWriter(database: Connection): StateWriter {
  const findAccount = database.prepare(
    'SELECT id, changes, last_change, last_jump, last_touched FROM accounts WHERE address = ?',
  );
  const insertAccount = database.prepare('INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const updateAccount = database.prepare(
    `UPDATE accounts SET balance = ?, nonces = ?, changes = ?, last_change = ?, last_jump = ?, last_touched = ?
     WHERE id = ?`,
  );
  const getAccount = database.prepare('SELECT balance, nonces FROM accounts WHERE address = ?');
  /** Rows of accounts that were written lately: by its number one is found in half the time. */
  const known = createRecent<KnownRow>(maxKnownRows, () => 1);
  const appendHistory = createHistoryWriter(database);
  let nextAccount = database.prepare('SELECT coalesce(max(id), 0) + 1 FROM accounts').pluck().get() as number;
  const putValidator = database.prepare('INSERT OR REPLACE INTO validators VALUES (?, ?, ?, ?, ?, ?)');
  const dropValidator = database.prepare('DELETE FROM validators WHERE key = ? RETURNING owner').pluck();
  const putValidatorHistory = database.prepare('INSERT INTO validator_history VALUES (?, ?, ?, ?)');
  const putEpoch = database.prepare('INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?)');
  const putSupply = database.prepare('INSERT OR REPLACE INTO supply VALUES (1, ?, ?)');
  const putState = database.prepare('INSERT OR REPLACE INTO state VALUES (?, ?)');
  const dropState = database.prepare('DELETE FROM state WHERE key = ?');
  const writeNode = createNodeWriter(database);

  function findRow(address: string): KnownRow | undefined {
    const found = findAccount.get(address) as (HistoryEnd & { id: number }) | undefined;
    return found && known.put(address, { id: found.id, end: found });
  }

  function writeAccount(address: string, change: AccountChange): void {
    const row = known.get(address) ?? findRow(address);
    const id = row?.id ?? nextAccount;
    const end = appendHistory(id, row?.end, change);
    const { changes, last_change, last_jump, last_touched } = end;
    const { balance, nonces } = change;
    if (row === undefined) {
      insertAccount.run(id, address, balance, nonces, changes, last_change, last_jump, last_touched);
      nextAccount += 1;
      known.put(address, { id, end });
    } else {
      updateAccount.run(balance, nonces, changes, last_change, last_jump, last_touched, id);
      row.end = end;
    }
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
    write(index, { addresses, balances, nonces, positions, others }) {
      for (const [at, address] of addresses.entries()) {
        const balance = balances[at];
        const after =
          balance === undefined
            ? ((getAccount.get(address) as AccountRow | undefined) ?? { balance: null, nonces: null })
            : { balance, nonces: nonces[at]! };
        writeAccount(address, { idx: index, ...after, positions: positions[at]! });
      }
      for (const [key, entry] of others) {
        if (key.startsWith('validator/')) {
          writeValidator(index, key.slice('validator/'.length), entry as ValidatorEntry | null);
        } else {
          writeEntry(index, key, entry);
        }
      }
    },
    writeTree(states) {
      for (const [path, node] of lastOfEach(states)) writeNode(path, node);
    },
  };
}

function lastOfEach(states: readonly PackedState[]): Iterable<readonly [string, string | null]> {
  const last = new Map<string, string | null>();
  for (const { paths, nodes } of states) {
    for (const [at, path] of paths.entries()) last.set(path, nodes[at]!);
  }
  return last;
}
