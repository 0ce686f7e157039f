/** The directory of the user who runs a program. One without an entry in the system's list of users, and without HOME, has none. */
import { homedir } from 'node:os';
import { usageProblem } from './cli-problem.js';

export function userHome(): string | undefined {
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}

/** @throws CliProblem usage */
export function neededUserHome(): string {
  const directory = userHome();
  if (directory !== undefined) return directory;
  throw usageProblem(
    'This user has no home directory, and HOME is not set.',
    'Name one with --home or SLOTLEDGER_HOME.',
  );
}
