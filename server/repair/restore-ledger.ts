/**
 * Puts a backup in the place of a home's ledger. One rule: what takes the place has been copied, brought to disk and
 * verified from genesis on before; a ledger that was there is moved aside, never deleted. Keys, mempool and vote state
 * are not touched: the vote state says what the validator has signed, and the copy is older than that.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { LedgerContext } from '../../ledger/context.js';
import { SlotledgerError } from '../errors.js';
import { backupLedger } from '../storage/backup-ledger.js';
import { syncDirectory } from '../storage/durable-files.js';
import { ledgerMigrations } from '../storage/migrations/ledger-migrations.js';
import { OlderFile, openWriter } from '../storage/open-database.js';
import { findingText, type Progress, type Report } from '../verify/report.js';
import { verifyLedger } from '../verify/verify-chain.js';
import { finishTakingPlace, takePlace } from './take-place.js';

export interface RestoreOptions {
  readonly backup: string;
  /** ledger.db of the home. */
  readonly path: string;
  readonly context: LedgerContext;
  /** Whether a ledger that is there may be moved aside. */
  readonly replace: boolean;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Restored {
  /** The last block of the ledger now. */
  readonly index: number;
  /** Where the ledger is that was there before. */
  readonly movedTo?: string;
}

/**
 * The caller holds the home's lock.
 * @throws SlotledgerError LEDGER_EXISTS, BACKUP_DAMAGED; an Error of one sentence when reading or writing fails
 */
export async function restoreLedger(options: RestoreOptions): Promise<Restored> {
  const { backup, path, context, replace, onProgress = () => {} } = options;
  const isThere = ['', '-wal'].some((end) => existsSync(path + end));
  if (isThere && !replace) {
    throw new SlotledgerError(
      'LEDGER_EXISTS',
      `${path} exists already.`,
      'Give --replace to put the backup in its place: the ledger that is there is moved aside, not deleted.',
    );
  }
  removeUnfinished(path, backup);
  const fresh = `${path}.${process.pid}.restored`;
  try {
    await backupLedger(backup, fresh);
    const { findings, index } = verifyCopy(fresh, context, onProgress);
    if (findings[0] !== undefined) {
      throw new SlotledgerError(
        'BACKUP_DAMAGED',
        `${backup} is not the ledger of this chain, or is damaged: ${findingText(findings[0])}`,
        'Nothing was changed. Take another backup, or start the node without a ledger: it fetches all blocks from its peers.',
      );
    }
    const movedTo = isThere ? takePlace(path, fresh, 'replaced') : undefined;
    if (movedTo === undefined) renameSync(fresh, path);
    syncDirectory(dirname(path));
    // What one that was cut off before left to put there.
    finishTakingPlace(path);
    return { index, ...(movedTo === undefined ? {} : { movedTo }) };
  } finally {
    removeUnfinished(path, backup);
  }
}

/** Copies on their way, also of one that was killed: each is as large as a ledger. Nobody else restores here: the home is locked. */
function removeUnfinished(path: string, backup: string): void {
  const directory = dirname(path);
  for (const name of readdirSync(directory)) {
    const rest = name.startsWith(`${basename(path)}.`) ? name.slice(basename(path).length) : '';
    const isUnfinished = /^\.\d+\.restored(\.(\d+\.)?new)?(-wal|-shm|-journal)?$/.test(rest);
    if (isUnfinished && join(directory, name) !== resolve(backup)) rmSync(join(directory, name), { force: true });
  }
}

/** A backup may be older than the program: then the copy is brought up to date, and verified as it is afterwards. */
function verifyCopy(path: string, context: LedgerContext, onProgress: (progress: Progress) => void): Report {
  try {
    return verifyLedger({ path, context, onProgress });
  } catch (error) {
    if (!(error instanceof OlderFile)) throw error;
  }
  const copy = openWriter(path, ledgerMigrations);
  try {
    // On disk, and without files beside it, as the backup was.
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
  return verifyLedger({ path, context, onProgress });
}
