/** The commands of `server`. Each is loaded when it runs, so that `--help` answers at once. */
import type { Command } from 'commander';
import { createProgram } from '../../client/cli/program.js';

export function createServerProgram(): Command {
  return addServerCommands(createProgram('server', 'Run a node of a slotledger chain.'));
}

/** Adds every server command below `parent`: the program `server`, or `slotledger` itself. */
export function addServerCommands(parent: Command): Command {
  parent
    .command('start')
    .description('run a node until it is told to stop')
    .action(() => undefined);
  return parent;
}
