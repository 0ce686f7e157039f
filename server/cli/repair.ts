/** `server repair`: a ledger that is damaged is made anew from its own blocks; what is missing comes from peers later. */
import { existsSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { CliProblem } from '../../client/cli/cli-problem.js';
import { counted } from '../../client/cli/terminal.js';
import { createCrypto } from '../crypto/create-crypto.js';
import { lockHome } from '../home/home-lock.js';
import { readGenesis } from '../home/init-home.js';
import { type LedgerRepair, repairLedger } from '../repair/repair-ledger.js';
import { type MempoolRepair, repairMempool } from '../repair/repair-mempool.js';
import { finishTakingPlace } from '../repair/take-place.js';
import { createLineReader } from '../storage/mempool-line.js';
import { RefusedFile } from '../storage/open-database.js';
import { findingText } from '../verify/report.js';
import { openFailure } from './ledger-file.js';
import { homeContext, saying } from './server-context.js';

export function repair(command: Command): void {
  const { paths, terminal } = homeContext(command);
  const opened = saying(() => readGenesis(paths));
  if (opened === undefined) throw missing(paths.genesis);
  const { genesis, hash, chain } = opened;
  const bar = terminal.json || process.stderr.isTTY !== true ? undefined : new SingleBar({ clearOnComplete: true });
  const done = saying(() => {
    const lock = lockHome(paths.home);
    try {
      const finished = [paths.ledger, paths.mempool].filter(finishTakingPlace);
      if (!existsSync(paths.ledger)) throw missing(paths.ledger);
      bar?.start(1, 0);
      const ledger = repairLedger(
        paths.ledger,
        { genesis, genesisHash: hash, chain, crypto: createCrypto() },
        (progress) => {
          bar?.setTotal(progress.total);
          bar?.update(progress.done);
        },
      );
      const mempool = repairMempool(
        paths.mempool,
        createLineReader({ chain, prefix: genesis.address_prefix, parameters: genesis.parameters }),
      );
      return { ...(finished.length === 0 ? {} : { finished }), ledger, ...(mempool === undefined ? {} : { mempool }) };
    } catch (error) {
      throw error instanceof RefusedFile ? openFailure(error) : error;
    } finally {
      bar?.stop();
      lock.release();
    }
  });
  terminal.result(done, () =>
    [...finishedText(done.finished), ...ledgerText(done.ledger), ...mempoolText(done.mempool)].join('\n'),
  );
}

const missing = (path: string): CliProblem =>
  new CliProblem('no_ledger', `There is no ${path}.`, 'Name the home of a node that has run with --home.');

function finishedText(finished: readonly string[] = []): string[] {
  return finished.map(
    (path) => `A repair or restore of ${path} was cut off before and is finished now: what it replaced lies beside it.`,
  );
}

function ledgerText({ findings, index, tip, movedTo }: LedgerRepair): string[] {
  if (movedTo === undefined) return [`The ledger is whole: ${counted(index, 'block')}. It was left as it is.`];
  return [
    ...findings.map((finding) => `✗ ${findingText(finding)}`),
    `The damaged ledger is now ${movedTo}.`,
    `ledger.db was made anew from its blocks up to ${index}${tip > index ? ` of ${tip}` : ''}.`,
    ...(tip > index ? ['The node fetches the rest from its peers when it is started, and checks it.'] : []),
    'The keys and the vote state were not touched.',
  ];
}

function mempoolText(mempool: MempoolRepair | undefined): string[] {
  if (mempool === undefined) return [];
  return [
    `The damaged mempool.db is now ${mempool.movedTo}; taken over: ${counted(mempool.kept, 'waiting transaction')}.`,
    'What was accepted here, is not final and could not be read has to be handed in again, unless a peer has it.',
  ];
}
