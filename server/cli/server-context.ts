/** What commands that work on a home share: its paths, the terminal, and errors of the server as the CLI says them. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { usageProblem } from '../../client/cli/cli-problem.js';
import { createTerminal, type Terminal } from '../../client/cli/terminal.js';
import { parameterBounds } from '../../ledger/values/parameters.js';
import { type HomePaths, homePaths } from '../home/home.js';
import { serverFailure } from './server-failure.js';
import { readSettings } from './settings.js';

export interface HomeContext {
  readonly paths: HomePaths;
  readonly terminal: Terminal;
  /** File with the password of the node's keys. */
  readonly keyPasswordFile: string | undefined;
}

export function homeContext(command: Command): HomeContext {
  const terminal = createTerminal(command.optsWithGlobals());
  const { home, keyPasswordFile } = readSettings(command);
  return { paths: homePaths(home), terminal, keyPasswordFile };
}

/** Runs what may throw a SlotledgerError, and lets it out as the CLI says it. */
export function saying<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw serverFailure(error);
  }
}

/** The content of a file that the user named. */
export function readNamedFile(file: string): Buffer {
  return readFileSync(file === '-' ? 0 : file);
}

/** A slot's duration in seconds, such as 0.5, as ms. */
export function slotDurationOption(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Math.round(Number(text) * 1000);
  const [least, most] = parameterBounds.slot_duration_ms;
  if (/^\d+(\.\d{1,3})?$/.test(text) && ms >= least && ms <= most) return ms;
  const range = `${least / 1000} to ${most / 1000}`;
  throw usageProblem(`--slot-duration ${text} is not a number of seconds from ${range}.`, 'Write it like 1 or 0.5.');
}

export function integerOption(flag: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw usageProblem(`${flag} ${text} is not a whole number from ${least} to ${most}.`, 'Correct it.');
}
