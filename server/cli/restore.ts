/** `server restore`: a backup takes the place of a home's ledger; what it lacks comes from peers later. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { CliProblem } from '../../client/cli/cli-problem.js';
import { createCrypto } from '../crypto/create-crypto.js';
import { lockHome } from '../home/home-lock.js';
import { readGenesis } from '../home/init-home.js';
import { hasValidatorKeys } from '../home/make-validator.js';
import { restoreLedger } from '../repair/restore-ledger.js';
import { assertBackup, backupFailure } from './ledger-file.js';
import { homeContext, saying } from './server-context.js';
import { serverFailure } from './server-failure.js';

export async function restore(file: string, command: Command): Promise<void> {
  const { paths, terminal } = homeContext(command);
  const { replace = false } = command.optsWithGlobals<{ readonly replace?: boolean }>();
  const opened = saying(() => readGenesis(paths));
  const backup = resolve(file);
  const missing = opened === undefined ? paths.genesis : existsSync(backup) ? undefined : backup;
  if (opened === undefined || missing !== undefined) {
    const fix =
      'Name a backup that `server backup` made, and with --home a home that has the genesis file of its chain.';
    throw new CliProblem('no_ledger', `There is no ${missing}.`, fix);
  }
  assertBackup(backup);
  const { genesis, hash, chain } = opened;
  const context = { genesis, genesisHash: hash, chain, crypto: createCrypto() };
  const bar = terminal.json || process.stderr.isTTY !== true ? undefined : new SingleBar({ clearOnComplete: true });
  const lock = saying(() => lockHome(paths.home));
  try {
    bar?.start(1, 0);
    const onProgress = ({ done, total }: { readonly done: number; readonly total: number }): void => {
      bar?.setTotal(total);
      bar?.update(done);
    };
    const restored = await restoreLedger({ backup, path: paths.ledger, context, replace, onProgress });
    bar?.stop();
    terminal.result(restored, () =>
      [
        ...(restored.movedTo === undefined ? [] : [`The ledger that was there is now ${restored.movedTo}.`]),
        `ledger.db has the blocks up to ${restored.index}; every one was verified.`,
        'The node fetches later ones from its peers when it is started, and checks them.',
        ...(hasValidatorKeys(paths) ? validatorText : []),
      ].join('\n'),
    );
  } catch (error) {
    bar?.stop();
    throw serverFailure(backupFailure(error, backup));
  } finally {
    lock.release();
  }
}

const validatorText = [
  'The keys and the vote state were not touched, and a vote state is never restored from a copy: the validator signs',
  'nothing again that it has signed, and where its vote state is missing or older than the ledger it waits and watches.',
];
