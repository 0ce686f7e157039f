/**
 * What a payment writes to no longer depends on how long the history is: the history of accounts is appended to, the index of
 * ids is filled one part after another, and nodes of the state tree are found by number. docs/decisions/ledger-schema.md.
 */
import { jumpDepth } from '../jump-depth.js';
import type { Connection } from '../sqlite.js';
import { maxPlacedDigits, placeOf } from '../tree-places.js';

const schema = `
DROP VIEW account_transactions;
DROP VIEW balances_by_height;
DROP INDEX transactions_by_id;
ALTER TABLE accounts RENAME TO accounts_002;
ALTER TABLE account_history RENAME TO account_history_002;
ALTER TABLE tree_nodes RENAME TO tree_nodes_002;

-- In parts of 32768 transactions, so that what is written stands close together.
CREATE INDEX transactions_by_id ON transactions (n >> 15, id_prefix);

-- NULL balance and nonces: the account has left the state. changes: its rows in account_history, the last of which is
-- last_change and jumps to last_jump. last_touched: the last of them with positions.
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  address TEXT NOT NULL UNIQUE,
  balance INTEGER,
  nonces TEXT,
  changes INTEGER NOT NULL,
  last_change INTEGER NOT NULL,
  last_jump INTEGER,
  last_touched INTEGER
) STRICT;

-- What an account was after block idx, and the positions of that block's transactions that touch it, as a JSON array. In the
-- order of the chain; before and jump are rows of the same account further back, touched_before the last of those with positions.
CREATE TABLE account_history (
  n INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  balance INTEGER,
  nonces TEXT,
  positions TEXT,
  before INTEGER,
  jump INTEGER,
  touched_before INTEGER
) STRICT;

-- The state tree: SHA-256 of the root's node (place 1) is the state_root of the last block. place: the path in hex after a 1.
CREATE TABLE tree_nodes (place INTEGER PRIMARY KEY, node TEXT NOT NULL) STRICT;
-- Nodes whose path is longer than ${maxPlacedDigits} digits.
CREATE TABLE deep_tree_nodes (path TEXT PRIMARY KEY, node TEXT NOT NULL) STRICT;

-- For people: an account's transactions, its balance by height, and the state tree by path.
CREATE VIEW account_changes AS
  SELECT a.address, h.*
  FROM accounts a
  JOIN json_each((
    WITH RECURSIVE back (n) AS (
      SELECT a.last_change UNION ALL SELECT r.before FROM back JOIN account_history r USING (n) WHERE r.before IS NOT NULL
    )
    SELECT json_group_array(n) FROM back
  )) numbers
  JOIN account_history h ON h.n = numbers.value;
CREATE VIEW account_transactions AS
  SELECT h.address, h.idx, p.value AS position, t.id, t.body
  FROM account_changes h
  JOIN json_each(h.positions) p
  JOIN blocks b ON b.idx = h.idx
  JOIN transactions t ON t.n = b.first_transaction + p.value;
CREATE VIEW balances_by_height AS SELECT address, idx, balance, nonces FROM account_changes;
CREATE VIEW state_tree AS
  SELECT substr(printf('%x', place), 2) AS path, node FROM tree_nodes UNION ALL SELECT path, node FROM deep_tree_nodes;
`;

const rows = `
CREATE TEMP TABLE placed (
  n INTEGER PRIMARY KEY, account INTEGER, idx INTEGER, balance INTEGER, nonces TEXT, positions TEXT
);
INSERT INTO placed
  SELECT NULL, h.account, h.idx, h.balance, h.nonces, h.positions
  FROM account_history_002 h JOIN accounts_002 a ON a.id = h.account ORDER BY h.idx, a.address;
INSERT INTO account_history
  SELECT
    n, account, idx, balance, nonces, positions,
    lag(n) OVER rows_of_account,
    jump_row(account, n),
    CASE WHEN positions IS NOT NULL THEN
      max(CASE WHEN positions IS NOT NULL THEN n END)
        OVER (rows_of_account ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    END
  FROM placed WINDOW rows_of_account AS (PARTITION BY account ORDER BY n) ORDER BY n;
INSERT INTO accounts
  SELECT a.id, a.address, a.balance, a.nonces, e.changes, e.last_change, h.jump, e.last_touched
  FROM accounts_002 a
  JOIN (
    SELECT account, count(*) AS changes, max(n) AS last_change,
      max(CASE WHEN positions IS NOT NULL THEN n END) AS last_touched
    FROM placed GROUP BY account
  ) e ON e.account = a.id
  JOIN account_history h ON h.n = e.last_change
  ORDER BY a.id;
DROP TABLE placed;
INSERT INTO tree_nodes
  SELECT place_of(path) AS place, node FROM tree_nodes_002 WHERE length(path) <= ${maxPlacedDigits} ORDER BY place;
INSERT INTO deep_tree_nodes SELECT path, node FROM tree_nodes_002 WHERE length(path) > ${maxPlacedDigits};
DROP TABLE accounts_002;
DROP TABLE account_history_002;
DROP TABLE tree_nodes_002;
`;

/** Where row `n` of an account jumps, of rows that come one after another and account by account. */
function createJumps(): (account: number, n: number) => number | null {
  let rowsSoFar: number[] = [];
  let current: number | undefined;
  return (account, n) => {
    if (account !== current) rowsSoFar = [];
    current = account;
    const depth = rowsSoFar.push(n) - 1;
    return depth === 0 ? null : rowsSoFar[jumpDepth(depth)]!;
  };
}

export function ledgerSchema003(database: Connection): void {
  const jumpRow = createJumps();
  database.function('jump_row', (account, n) => jumpRow(account as number, n as number));
  database.function('place_of', (path) => placeOf(path as string));
  database.exec(schema);
  database.exec(rows);
}
