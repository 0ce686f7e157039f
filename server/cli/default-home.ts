/** Which home a program takes that is told of none. */
import { join, resolve } from 'node:path';
import { neededUserHome, userHome } from '../../client/cli/user-home.js';

export const defaultP2pPort = 9000;

/** Several nodes on one machine need one flag each. @throws CliProblem usage, where the user has no directory */
export function defaultHome(p2pPort: number): string {
  const name = p2pPort === defaultP2pPort || p2pPort === 0 ? '.slotledger' : `.slotledger-${p2pPort}`;
  return join(neededUserHome(), name);
}

/** That of the wallet. @returns undefined: a user without a directory has to name one */
export function walletHome(): string | undefined {
  const told = process.env.SLOTLEDGER_HOME;
  if (told) return resolve(told);
  return userHome() === undefined ? undefined : defaultHome(defaultP2pPort);
}
