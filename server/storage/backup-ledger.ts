/**
 * Copies a ledger into one file, also while a node writes to it. One rule: the copy is of one moment, and it is complete
 * and on disk under its name, or not there at all. Keys and vote state are never part of it.
 */
import { closeSync, existsSync, fsyncSync, linkSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FinalTip } from '../../ledger/values/state.js';
import { SlotledgerError } from '../errors.js';
import { diskFailure } from './disk-failure.js';
import { syncDirectory } from './durable-files.js';
import { createLedgerReader } from './ledger-reader.js';
import { ledgerMigrations } from './migrations/ledger-migrations.js';
import { openReader } from './open-database.js';
import { Database } from './sqlite.js';
import { removeLeftBehind, removeUnfinished, unfinishedName } from './unfinished-copies.js';

/** Pages copied before the event loop gets a turn: 16 MiB. */
const pagesAtOnce = 4096;

export interface Backup {
  readonly tip: FinalTip;
  readonly bytes: number;
}

/** @throws SlotledgerError FILE_EXISTS; an Error of one sentence when reading or writing fails */
export async function backupLedger(
  ledger: string,
  file: string,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Backup> {
  if (existsSync(file)) throw fileExists(file);
  const source = openReader(ledger, ledgerMigrations);
  const temporary = unfinishedName(file);
  try {
    removeLeftBehind(dirname(file), file);
    // With a snapshot open, copying never has to begin again however much is written meanwhile.
    source.exec('BEGIN');
    const tip = createLedgerReader(source).tip();
    await source.backup(temporary, {
      progress({ totalPages, remainingPages }) {
        onProgress(totalPages - remainingPages, totalPages);
        return pagesAtOnce;
      },
    });
    finish(temporary, file);
    return { tip, bytes: statSync(file).size };
  } catch (error) {
    throw error instanceof SlotledgerError ? error : diskFailure('write the backup', file, error);
  } finally {
    source.close();
    removeUnfinished(file);
  }
}

/** The copy needs no files beside it, is on disk, and replaces nothing. */
function finish(temporary: string, file: string): void {
  // Without it SQLite would make an empty one where somebody took the copy away.
  const copy = new Database(temporary, { fileMustExist: true });
  copy.pragma('journal_mode = DELETE');
  copy.close();
  const handle = openSync(temporary, 'r');
  fsyncSync(handle);
  closeSync(handle);
  try {
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw fileExists(file);
    throw error;
  }
  syncDirectory(dirname(file));
}

const fileExists = (file: string): SlotledgerError =>
  new SlotledgerError('FILE_EXISTS', `${file} exists already.`, 'Name another file.');
