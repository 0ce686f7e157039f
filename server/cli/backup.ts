/** `server backup` copies the ledger of a home into one file; `server export` writes its blocks as lines of JSON. */
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { CliProblem, usageProblem } from '../../client/cli/cli-problem.js';
import { assert } from '../../ledger/values/assertion.js';
import { toHeight } from '../../ledger/values/numbers.js';
import { backupLedger } from '../storage/backup-ledger.js';
import { type CheckedReader, createCheckedReader } from '../storage/checked-reader.js';
import { ledgerMigrations } from '../storage/migrations/ledger-migrations.js';
import { openReader } from '../storage/open-database.js';
import { openFailure, readFailure } from './ledger-file.js';
import { homeContext, integerOption } from './server-context.js';
import { serverFailure } from './server-failure.js';

export async function backup(file: string, command: Command): Promise<void> {
  const { paths, terminal } = homeContext(command);
  const ledger = existing(paths.ledger);
  assertDirectory(dirname(resolve(file)));
  const bar = terminal.json || process.stderr.isTTY !== true ? undefined : new SingleBar({ clearOnComplete: true });
  bar?.start(1, 0);
  try {
    const { tip, bytes } = await backupLedger(ledger, resolve(file), (done, total) => {
      bar?.setTotal(total);
      bar?.update(done);
    });
    bar?.stop();
    terminal.result({ file: resolve(file), index: tip.index, hash: tip.hash, bytes }, () =>
      [
        `${file}: the ledger up to block ${tip.index} (${(bytes / 1_048_576).toFixed(1)} MiB), without keys and vote state.`,
        'It stands in for ledger.db in a home of the same chain; `server verify` checks it.',
      ].join('\n'),
    );
  } catch (error) {
    bar?.stop();
    throw serverFailure(openFailure(error));
  }
}

interface ExportOptions {
  readonly from?: string;
  readonly to?: string;
}

/** One line a block, as blocks travel, with `finality` where its own certificate is kept; up to the first that its hash does not cover. */
export async function exportBlocks(command: Command): Promise<void> {
  const { paths, terminal } = homeContext(command);
  const options = command.optsWithGlobals<ExportOptions>();
  const from = integerOption('--from', options.from, 1, Number.MAX_SAFE_INTEGER) ?? 1;
  const to = integerOption('--to', options.to, 1, Number.MAX_SAFE_INTEGER) ?? Number.MAX_SAFE_INTEGER;
  if (from > to) throw usageProblem(`--from ${from} is after --to ${to}.`, 'Correct one of them.');
  const ledger = existing(paths.ledger);
  const database = opened(() => openReader(ledger, ledgerMigrations));
  try {
    const reader = createCheckedReader(database);
    const last = reader.tip().index;
    if (from > last && options.from !== undefined) {
      throw usageProblem(`There is no block ${from} yet: the last final one is ${last}.`, 'Give a smaller --from.');
    }
    if (last === 0) terminal.note('No block is final yet but genesis, which is not exported.');
    await pipeline(Readable.from(lines(reader, from, Math.min(to, last))), process.stdout, { end: false });
  } catch (error) {
    // Who reads has enough: `server export | head`.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw readFailure(error, ledger);
  } finally {
    database.close();
  }
}

function* lines(reader: CheckedReader, from: number, to: number): Generator<string> {
  for (let index = from; index <= to; index += 1) {
    const block = reader.blockByIndex(toHeight(index));
    assert(block !== undefined, 'the checked reader names a block that is missing');
    const finality = reader.certificate(block.hash);
    yield `${JSON.stringify(finality === undefined ? block : { ...block, finality })}\n`;
  }
}

function opened<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw openFailure(error);
  }
}

function assertDirectory(directory: string): void {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return;
  throw new CliProblem(
    found === undefined ? 'file_not_found' : 'not_a_directory',
    found === undefined ? `There is no directory ${directory}.` : `${directory} is no directory.`,
    'Make it, or name a file in a directory that is there.',
  );
}

function existing(ledger: string): string {
  if (existsSync(ledger)) return ledger;
  throw new CliProblem('no_ledger', `There is no ${ledger}.`, 'Name the home of a node that has run with --home.');
}
