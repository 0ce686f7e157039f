/**
 * Verifies a whole ledger: its file, every block from genesis on, and everything that the database says besides. It
 * only reads. One rule: an empty list of findings means that every row follows from the genesis file and signatures.
 */
import { existsSync } from 'node:fs';
import type { LedgerContext } from '../../ledger/context.js';
import { genesisState } from '../../ledger/genesis-state.js';
import { toEpoch, toHeight, toSlot, toView } from '../../ledger/values/numbers.js';
import { createCrypto } from '../crypto/create-crypto.js';
import { SlotledgerError } from '../errors.js';
import { homePaths } from '../home/home.js';
import { readGenesis } from '../home/init-home.js';
import { isLedgerDamage } from '../storage/ledger-damage.js';
import { writeGenesis } from '../storage/ledger-writer.js';
import { ledgerMigrations } from '../storage/migrations/ledger-migrations.js';
import { openPresentReader, openScratch } from '../storage/open-database.js';
import type { Connection } from '../storage/sqlite.js';
import { compareTables, countRows } from './compare-tables.js';
import { replayBlocks } from './replay-blocks.js';
import { type Finding, maxFindings, type Progress, type Report } from './report.js';

export interface VerifyChainOptions {
  readonly home: string;
  /** A copy of the ledger to verify instead of the home's own. */
  readonly path?: string;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * The node should be stopped: beside a running one the file's log grows until this ends.
 * @throws SlotledgerError NO_GENESIS, NO_LEDGER; an Error of one sentence for a file that is no ledger
 */
export function verifyChain({ home, path, onProgress }: VerifyChainOptions): Report {
  const paths = homePaths(home);
  const opened = readGenesis(paths);
  if (opened === undefined) {
    throw new SlotledgerError('NO_GENESIS', `There is no ${paths.genesis}.`, 'Name the home of a node with --home.');
  }
  const ledger = path ?? paths.ledger;
  if (!existsSync(ledger)) {
    throw new SlotledgerError('NO_LEDGER', `There is no ${ledger}.`, 'Name the home of a node that has run.');
  }
  const { genesis, hash, chain } = opened;
  const context: LedgerContext = { genesis, genesisHash: hash, chain, crypto: createCrypto() };
  return verifyLedger({ path: ledger, context, ...(onProgress === undefined ? {} : { onProgress }) });
}

export interface VerifyLedgerOptions {
  readonly path: string;
  readonly context: LedgerContext;
  readonly onProgress?: (progress: Progress) => void;
}

/** As `verifyChain`, for a ledger of a chain that is known already. */
export function verifyLedger({ path, context, onProgress = () => {} }: VerifyLedgerOptions): Report {
  const began = performance.now();
  const source = openPresentReader(path, ledgerMigrations);
  const scratch = openScratch(ledgerMigrations);
  const report: { -readonly [Member in keyof Report]: Report[Member] } = {
    chain: context.chain,
    genesis_hash: context.genesisHash,
    index: 0,
    tip: 0,
    transactions: 0,
    certificates: 0,
    rows: 0,
    duration_ms: 0,
    findings: [],
  };
  try {
    // One snapshot for all reads, whatever is written meanwhile.
    source.exec('BEGIN');
    onProgress({ stage: 'file', done: 0, total: 1 });
    report.findings = fileFindings(source);
    if (report.findings.length === 0) verifyRows(source, scratch, context, onProgress, report);
  } catch (error) {
    report.findings = [...report.findings, damage(error)];
  } finally {
    scratch.close();
    source.close();
  }
  report.duration_ms = Math.round(performance.now() - began);
  return report;
}

function verifyRows(
  source: Connection,
  scratch: Connection,
  context: LedgerContext,
  onProgress: (progress: Progress) => void,
  report: { -readonly [Member in keyof Report]: Report[Member] },
): void {
  const chain = source.prepare('SELECT * FROM chain').get() as
    | { readonly genesis_hash: string; readonly tip_index: number; readonly history_from: number }
    | undefined;
  if (chain === undefined || chain.genesis_hash !== context.genesisHash) {
    const found = chain === undefined ? 'of no chain' : `of the chain with genesis hash ${chain.genesis_hash}`;
    report.findings = [
      { table: 'chain', detail: `The ledger is ${found}, and the genesis file has ${context.genesisHash}.` },
    ];
    return;
  }
  const total = chain.tip_index;
  report.tip = total;
  const tip = { index: toHeight(0), hash: context.genesisHash, epoch: toEpoch(0), slot: toSlot(0), view: toView(0) };
  writeGenesis(scratch, { changes: genesisState(context).changes, tip });
  const onBlock = (index: number) => onProgress({ stage: 'blocks', done: index, total });
  const { finding, ...verified } = replayBlocks({ context, source, scratch, tip: total, onBlock });
  Object.assign(report, verified);
  if (finding !== undefined) {
    report.findings = [finding];
    return;
  }
  const expectedRows = countRows(scratch);
  const { rows, findings } = compareTables({
    source,
    expected: scratch,
    historyFrom: chain.history_from,
    maxFindings,
    onRows: (done) => onProgress({ stage: 'tables', done, total: expectedRows }),
  });
  report.rows = rows;
  report.findings = findings;
}

/** Damage below the rows: pages, and indexes that do not match their tables. */
function fileFindings(source: Connection): readonly Finding[] {
  const lines = source.pragma(`integrity_check(${maxFindings})`) as readonly { readonly integrity_check: string }[];
  return lines
    .map((line) => line.integrity_check)
    .filter((text) => text !== 'ok')
    .map((text) => ({ table: 'file', detail: `${text.replaceAll('\n', ' ')}.` }));
}

/** SQLite found the file damaged while it was read; anything else is not the file's fault. */
function damage(error: unknown): Finding {
  if (isLedgerDamage(error)) return { table: 'file', detail: `${(error as Error).message}.` };
  throw error;
}
