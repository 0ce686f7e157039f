/** A file that the user says is a ledger, looked at before work begins: what is wrong with it in the CLI's words. */
import { closeSync, openSync, statSync } from 'node:fs';
import { CliProblem } from '../../client/cli/cli-problem.js';
import { isDamage } from '../storage/disk-failure.js';
import { isLedgerDamage } from '../storage/ledger-damage.js';
import { ledgerMigrations } from '../storage/migrations/ledger-migrations.js';
import { ForeignFile, OlderFile, openReader, RefusedFile } from '../storage/open-database.js';
import { serverExitCodes } from './server-failure.js';

/** @throws CliProblem for a file that is no SQLite database, or one of something else; an error of the system. */
export function assertBackup(file: string): void {
  if (statSync(file).isDirectory()) {
    throw new CliProblem('not_a_file', `${file} is a directory.`, 'Name a file that `server backup` made.');
  }
  closeSync(openSync(file, 'r'));
  let isLedger: boolean;
  try {
    isLedger = hasChain(file);
  } catch (error) {
    throw backupFailure(error, file);
  }
  if (!isLedger) throw noBackup(notALedger(file));
}

/** What keeps a backup from being read, said with its code: no reason to repair the ledger of the home. */
export function backupFailure(error: unknown, file: string): unknown {
  if (error instanceof OlderFile) return refused(error, olderBackup);
  if (error instanceof ForeignFile) return noBackup(notALedger(file));
  const damaged = error instanceof Error && isDamage(error.cause);
  return damaged ? noBackup(`${file} is not a SQLite database, or is damaged.`) : openFailure(error);
}

/** What keeps the ledger of a home from being opened, said with its code. */
export function openFailure(error: unknown): unknown {
  if (error instanceof RefusedFile) return refused(error);
  return error instanceof Error && isDamage(error.cause) ? damaged(error.message) : error;
}

/** What keeps the ledger of a home from being read on, said with its code. */
export const readFailure = (error: unknown, ledger: string): unknown =>
  isLedgerDamage(error) ? damaged(`${ledger} is damaged: ${(error as Error).message}.`) : error;

const notALedger = (file: string): string => `${file} is a SQLite database, but not a ledger.`;

const damaged = (detail: string): CliProblem =>
  new CliProblem('ledger_damaged', detail, 'Stop the node and run `server repair`.', serverExitCodes.corruptData);

const olderBackup =
  '`server restore` takes backups of older versions, and verifies what it makes of them; as it is, the version that made it verifies it.';

/** @param fix where it is not that of the file */
const refused = ({ message, fix: own }: RefusedFile, fix: string = own): CliProblem =>
  new CliProblem('ledger_not_opened', message, fix);

function hasChain(file: string): boolean {
  const database = openReader(file, ledgerMigrations);
  try {
    return database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'chain'").get() !== undefined;
  } catch (error) {
    throw new Error((error as Error).message, { cause: error });
  } finally {
    database.close();
  }
}

const noBackup = (detail: string): CliProblem =>
  new CliProblem(
    'backup_damaged',
    detail,
    'Nothing was changed. Name a file that `server backup` made.',
    serverExitCodes.corruptData,
  );
