/** The commands of `wallet`. Each is loaded when it runs, so that `--help` answers at once. */
import type { Command } from 'commander';
import { createProgram } from './program.js';

export function createWalletProgram(): Command {
  return addWalletCommands(createProgram('wallet', 'Keep keys, look at balances, send payments.'));
}

/** Adds every wallet command below `parent`: the program itself, or `slotledger wallet`. */
export function addWalletCommands(parent: Command): Command {
  parent
    .option('--node <url>', 'HTTP address of the node to talk to')
    .option('--home <directory>', 'directory that holds the keys')
    .option('--output <form>', 'text or json')
    .option('-y, --yes', 'answer every question with yes');
  parent
    .command('balance')
    .argument('<who>', 'name of a key, name from genesis, or address')
    .description('show what an account holds')
    .action(() => undefined);
  return parent;
}
