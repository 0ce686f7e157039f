/**
 * SQLite, in the release of better-sqlite3 that suits the running Node. Release 12 runs on Node 20, and ends the
 * process on Node 24.19 and later when a statement is garbage-collected; release 13, over Node-API, needs Node 22.
 */
import { createRequire } from 'node:module';
import type Sqlite from 'better-sqlite3';

export type Connection = Sqlite.Database;

const firstMajorOfNodeApi = 22;

function load(): typeof Sqlite {
  const require = createRequire(import.meta.url);
  const major = Number(process.versions.node.split('.')[0]);
  return major >= firstMajorOfNodeApi ? require('better-sqlite3-napi') : require('better-sqlite3');
}

export const Database: typeof Sqlite = load();
