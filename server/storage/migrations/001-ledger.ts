/**
 * The first schema of ledger.db. Amounts, heights, slots and views are integers up to 2^53 - 1; hashes and addresses are
 * text as everywhere else; JSON is canonical. docs/decisions/ledger-schema.md has the reasons.
 */
export const ledgerSchema001 = `
-- One row: whose ledger this is, and the last final block.
CREATE TABLE chain (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  genesis_hash TEXT NOT NULL,
  genesis_state_root TEXT NOT NULL,
  tip_index INTEGER NOT NULL,
  tip_hash TEXT NOT NULL,
  tip_epoch INTEGER NOT NULL,
  tip_slot INTEGER NOT NULL,
  tip_view INTEGER NOT NULL,
  history_from INTEGER NOT NULL
) STRICT;

-- Final blocks from 1 on. Their transactions are rows first_transaction, first_transaction + 1, … of transactions.
CREATE TABLE blocks (
  idx INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  slot INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  first_transaction INTEGER NOT NULL,
  transaction_count INTEGER NOT NULL,
  evidence_count INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  header TEXT NOT NULL
) STRICT;

-- Finality certificates of closing blocks and of the last block of each append.
CREATE TABLE certificates (
  idx INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL,
  view INTEGER NOT NULL,
  certificate TEXT NOT NULL
) STRICT;

-- In the order of the chain, so that rows are appended. id_prefix: the first 13 hex digits of the id as a number.
CREATE TABLE transactions (
  n INTEGER PRIMARY KEY,
  idx INTEGER NOT NULL,
  position INTEGER NOT NULL,
  id TEXT NOT NULL,
  id_prefix INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX transactions_by_id ON transactions (id_prefix);

CREATE TABLE evidence (
  n INTEGER PRIMARY KEY,
  idx INTEGER NOT NULL,
  position INTEGER NOT NULL,
  offender TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX evidence_by_block ON evidence (idx);

-- NULL balance and nonces: the account has left the state. last_touched, touched_before: the last two blocks with
-- transactions that touch it.
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  address TEXT NOT NULL UNIQUE,
  balance INTEGER,
  nonces TEXT,
  last_touched INTEGER,
  touched_before INTEGER
) STRICT;
CREATE INDEX accounts_by_balance ON accounts (balance) WHERE balance > 0;

-- What an account was after block idx, and the positions of that block's transactions that touch it, as a JSON array;
-- where there are any, touched_before is the block of the row before that has some.
CREATE TABLE account_history (
  account INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  balance INTEGER,
  nonces TEXT,
  positions TEXT,
  touched_before INTEGER,
  PRIMARY KEY (account, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE validators (
  key TEXT PRIMARY KEY,
  vrf_key TEXT NOT NULL,
  owner TEXT NOT NULL,
  bonded INTEGER NOT NULL,
  unbonding TEXT NOT NULL,
  slashed_epochs TEXT NOT NULL
) STRICT;
CREATE INDEX validators_by_owner ON validators (owner);

-- entry: the validator after block idx; NULL: it has left the state.
CREATE TABLE validator_history (
  owner TEXT NOT NULL,
  idx INTEGER NOT NULL,
  key TEXT NOT NULL,
  entry TEXT,
  PRIMARY KEY (owner, idx, key)
) STRICT, WITHOUT ROWID;

-- Every epoch that was ever current; first_index is the first block that it governs.
CREATE TABLE epochs (
  number INTEGER PRIMARY KEY,
  first_index INTEGER NOT NULL,
  nonce TEXT NOT NULL,
  validators_hash TEXT NOT NULL,
  validators TEXT NOT NULL
) STRICT;

CREATE TABLE supply (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  supply INTEGER NOT NULL,
  burnt INTEGER NOT NULL
) STRICT;

-- All other entries of the consensus state by key.
CREATE TABLE state (key TEXT PRIMARY KEY, entry TEXT NOT NULL) STRICT;

-- The state tree: SHA-256 of the root's node (path '') is the state_root of the last block.
CREATE TABLE tree_nodes (path TEXT PRIMARY KEY, node TEXT NOT NULL) STRICT;

-- For people: an account's transactions, and its balance by height.
CREATE VIEW account_transactions AS
  SELECT a.address, h.idx, p.value AS position, t.id, t.body
  FROM account_history h
  JOIN accounts a ON a.id = h.account
  JOIN json_each(h.positions) p
  JOIN blocks b ON b.idx = h.idx
  JOIN transactions t ON t.n = b.first_transaction + p.value;
CREATE VIEW balances_by_height AS
  SELECT a.address, h.idx, h.balance, h.nonces FROM account_history h JOIN accounts a ON a.id = h.account;
`;
