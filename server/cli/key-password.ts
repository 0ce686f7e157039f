/** Where the password of a node's keys comes from: a file, or a question on the terminal. */
import { usageProblem } from '../../client/cli/cli-problem.js';
import { askNewPassword, nodeKeyPassword, readPasswordFile, strong } from '../../client/cli/passwords.js';
import type { Terminal } from '../../client/cli/terminal.js';
import type { HomePaths } from '../home/home.js';
import { areKeysSealed } from '../home/key-files.js';

export interface KeyPasswordFrom {
  readonly paths: HomePaths;
  readonly terminal: Terminal;
  /** Absent: it is asked for, where there is somebody to ask. */
  readonly file: string | undefined;
}

/** @returns undefined: no file, and no key has one or nobody can be asked. @throws SlotledgerError KEY_PERMISSIONS or KEY_DAMAGED */
export async function keyPassword({ paths, terminal, file }: KeyPasswordFrom): Promise<string | undefined> {
  // A file that is named is read, needed or not: a name that is wrong comes out today, not after the keys are sealed.
  return file !== undefined || areKeysSealed(paths.keys)
    ? await nodeKeyPassword(terminal, file, paths.home)
    : undefined;
}

/** One that the keys are to have. @throws CliProblem weak_password or usage */
export async function newKeyPassword({ paths, terminal, file }: KeyPasswordFrom): Promise<string> {
  if (file !== undefined) return strong(readPasswordFile(file));
  if (terminal.interactive) return await askNewPassword(`the keys in ${paths.home}`);
  throw usageProblem(
    'The keys are to have a password, and there is no terminal to ask on.',
    'Put it into a file of mode 0600 and name that with --key-password-file.',
  );
}
