/** The steps that made mempool.db what it is, in order. Append only. */
export const mempoolMigrations: readonly string[] = [
  `CREATE TABLE waiting (
     position INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     body TEXT NOT NULL
   ) STRICT`,
  // bodies: transactions as canonical JSON, one a line.
  `CREATE TABLE batches (
     position INTEGER PRIMARY KEY,
     bodies TEXT NOT NULL
   ) STRICT;
   INSERT INTO batches SELECT position, body FROM waiting;
   DROP TABLE waiting`,
];
