/** `server keys seal` and `server keys unseal`: a password on the keys of a node, or none. */
import type { Command } from 'commander';
import { CliProblem } from '../../client/cli/cli-problem.js';
import type { HomePaths } from '../home/home.js';
import {
  areKeysSealed,
  type BeforeRewrite,
  hasKeyFile,
  type KeyKind,
  keyKinds,
  readPublicKey,
  sealKeys,
  unsealKeys,
} from '../home/key-files.js';
import { keyPassword, newKeyPassword } from './key-password.js';
import { locked, recordKeys } from './key-records.js';
import { homeContext } from './server-context.js';

export async function seal(command: Command): Promise<void> {
  const { paths, terminal, keyPasswordFile: file } = homeContext(command);
  const from = { paths, terminal, file };
  refuseNoKeys(paths);
  const sealed = await locked(paths, async () => {
    const known = areKeysSealed(paths.keys) ? await keyPassword(from) : undefined;
    const password = known ?? (await newKeyPassword(from));
    return await sealKeys(paths.keys, password, recordBefore(paths, 'keys_sealed'));
  });
  const start = 'Name a file that holds it with --key-password-file when you start the node, or be there to be asked.';
  const copies = 'Earlier copies of the keys, such as backups, have none. A key whose password is lost is lost.';
  terminal.result({ home: paths.home, sealed }, () =>
    sealed.length === 0
      ? `All keys in ${paths.keys} have a password already.`
      : `The keys in ${paths.keys} have a password: ${sealed.join(', ')}.\n${start}\n${copies}`,
  );
}

export async function unseal(command: Command): Promise<void> {
  const { paths, terminal, keyPasswordFile: file } = homeContext(command);
  refuseNoKeys(paths);
  const unsealed = await locked(paths, async () => {
    const password = await keyPassword({ paths, terminal, file });
    return await unsealKeys(paths.keys, password, recordBefore(paths, 'keys_unsealed'));
  });
  terminal.result({ home: paths.home, unsealed }, () =>
    unsealed.length === 0
      ? `No key in ${paths.keys} has a password.`
      : `The keys in ${paths.keys} have no password any more: ${unsealed.join(', ')}.`,
  );
}

/** Before anything is made: the home may be mistyped. */
function refuseNoKeys(paths: HomePaths): void {
  if (keyKinds.some((kind) => hasKeyFile(paths.keys, kind))) return;
  throw new CliProblem(
    'no_keys',
    `There are no keys in ${paths.keys}.`,
    'Name the home with --home, or run `server keygen`.',
  );
}

/** A password that goes, or comes, without a word in the log would be worse than a word about one that did not. */
const recordBefore =
  (paths: HomePaths, event: 'keys_sealed' | 'keys_unsealed'): BeforeRewrite =>
  (kinds) =>
    recordKeys(paths, event, publicKeysOf(paths, kinds), {}, 'Nothing was changed. Mend that and try again.');

const publicKeysOf = (paths: HomePaths, kinds: readonly KeyKind[]) =>
  Object.fromEntries(kinds.map((kind) => [kind, readPublicKey(paths.keys, kind)]));
