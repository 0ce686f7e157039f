/** What a command says when nobody answers where the node of a home is looked for. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NodeUnreachable } from '../http/problem.js';
import { runningProcess } from '../keystore/running-node.js';
import { shellQuote } from './shell-quote.js';

/** The reader meant the node of a home, and has never heard of the address that was asked in its place. */
class NoNodeOnHome extends NodeUnreachable {
  override readonly fix: string;

  /**
   * @param asked what came of the address that was asked
   * @param flags with which the home was named; none: it is the usual one
   */
  constructor({ url, reason }: NodeUnreachable, home: string, flags: readonly string[]) {
    super(url, reason, false);
    const pid = runningProcess(home);
    this.message =
      pid === undefined
        ? `No node is seen to run on ${home}, and none answers at ${url} (${reason}).`
        : `What runs on ${home} (pid ${pid}) has not said where it answers HTTP, and no node answers at ${url} (${reason}).`;
    this.fix = pid === undefined ? startFix(home, flags) : waitFix;
  }
}

/** @returns the error, or this one in its place where there surely was nobody at the address */
export const ofHome = (error: unknown, home: string, flags: readonly string[]): unknown =>
  error instanceof NodeUnreachable && !error.mayHaveArrived ? new NoNodeOnHome(error, home, flags) : error;

const waitFix = 'If it is just starting, run this again; a node that was started with --no-http answers no command.';

function startFix(home: string, flags: readonly string[]): string {
  const command = ['server start', ...flags.map(shellQuote)].join(' ');
  if (flags.length === 0 || existsSync(join(home, 'genesis.json'))) {
    return `Start it with \`${command}\`, or name another with --node URL.`;
  }
  return `No chain is there: is the home the right one? \`${command}\` starts a node on it; --node URL names another.`;
}
