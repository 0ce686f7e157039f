/**
 * Makes a damaged ledger whole as far as its own blocks go: they are verified from genesis on and executed into a new
 * file, which then takes the place of the old one. One rule: what stands in the new file follows from the genesis file
 * and signatures, and the old file is moved aside, never deleted. Blocks that are missing come from peers afterwards.
 */
import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import type { LedgerContext } from '../../ledger/context.js';
import { genesisState } from '../../ledger/genesis-state.js';
import { toEpoch, toHeight, toSlot, toView } from '../../ledger/values/numbers.js';
import { diskFailure } from '../storage/disk-failure.js';
import { isLedgerDamage } from '../storage/ledger-damage.js';
import { createLedgerReader } from '../storage/ledger-reader.js';
import { writeGenesis } from '../storage/ledger-writer.js';
import { ledgerMigrations } from '../storage/migrations/ledger-migrations.js';
import { OlderFile, openReader, openWriter, RefusedFile } from '../storage/open-database.js';
import type { Connection } from '../storage/sqlite.js';
import { replayBlocks } from '../verify/replay-blocks.js';
import type { Finding, Progress } from '../verify/report.js';
import { verifyLedger } from '../verify/verify-chain.js';
import { removeDatabase, takePlace } from './take-place.js';

export interface LedgerRepair {
  /** What was wrong; empty: the ledger was left as it is. */
  readonly findings: readonly Finding[];
  /** The last block of the ledger now. */
  readonly index: number;
  /** The last block that the damaged ledger claimed, where that can be read. */
  readonly tip: number;
  /** Where the damaged file is now. */
  readonly movedTo?: string;
}

/** @throws an Error of one sentence when the disk fails, or for a ledger of a newer version */
export function repairLedger(
  path: string,
  context: LedgerContext,
  onProgress: (progress: Progress) => void = () => {},
): LedgerRepair {
  const found = findings(path, context, onProgress);
  if (found.findings.length === 0) return { ...found, index: found.tip };
  const fresh = `${path}.repair`;
  removeDatabase(fresh);
  try {
    const { index, tip } = salvage(path, fresh, context, onProgress);
    const movedTo = takePlace(path, fresh, 'damaged');
    return { findings: found.findings, index, tip: Math.max(tip, found.tip), movedTo };
  } finally {
    // A disk that is full is not to be left fuller.
    removeDatabase(fresh);
  }
}

function findings(path: string, context: LedgerContext, onProgress: (progress: Progress) => void) {
  try {
    return verifyLedger({ path, context, onProgress });
  } catch (error) {
    return { findings: [{ table: 'file', detail: unreadable(error) }], tip: 0 };
  }
}

/** Such as a file without SQLite's first page. What is no damage passes on. */
function unreadable(error: unknown): string {
  if (error instanceof OlderFile) return error.message;
  if (error instanceof RefusedFile) throw error;
  const { message, cause } = error as Error;
  if (isLedgerDamage(cause ?? error) || error instanceof SyntaxError) return message;
  throw error;
}

/** Writes every block that verifies, up to the last certificate among them, into a ledger of its own, on disk. */
function salvage(path: string, fresh: string, context: LedgerContext, onProgress: (progress: Progress) => void) {
  const target = openWriter(fresh, ledgerMigrations);
  let tip = 0;
  try {
    // Nobody is told of it before it is whole and synced.
    target.pragma('synchronous = OFF');
    const { genesisHash: hash } = context;
    const start = { index: toHeight(0), hash, epoch: toEpoch(0), slot: toSlot(0), view: toView(0) };
    writeGenesis(target, { changes: genesisState(context).changes, tip: start });
    tip = replayInto(path, target, context, onProgress);
    const { index } = createLedgerReader(target).tip();
    target.pragma('journal_mode = DELETE');
    return { index, tip };
  } catch (cause) {
    throw cause instanceof RefusedFile ? cause : diskFailure('write', fresh, cause);
  } finally {
    target.close();
    const handle = openSync(fresh, 'r');
    fsyncSync(handle);
    closeSync(handle);
  }
}

/** @returns the last block that the damaged ledger claims; 0 if that cannot be read */
function replayInto(
  path: string,
  target: Connection,
  context: LedgerContext,
  onProgress: (progress: Progress) => void,
): number {
  if (!existsSync(path)) return 0;
  let source: Connection | undefined;
  try {
    source = openReader(path, ledgerMigrations);
    const chain = source.prepare('SELECT genesis_hash, tip_index FROM chain').get() as
      | { readonly genesis_hash: string; readonly tip_index: number }
      | undefined;
    if (chain === undefined || chain.genesis_hash !== context.genesisHash) return 0;
    const total = chain.tip_index;
    const onBlock = (index: number) => onProgress({ stage: 'blocks', done: index, total });
    replayBlocks({ context, source, scratch: target, tip: total, onBlock });
    return total;
  } catch (error) {
    unreadable(error);
    return 0;
  } finally {
    source?.close();
  }
}
