/** The steps that made mempool.db what it is, in order. Append only. */
export const mempoolMigrations: readonly string[] = [
  `CREATE TABLE waiting (
     position INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     body TEXT NOT NULL
   ) STRICT`,
];
