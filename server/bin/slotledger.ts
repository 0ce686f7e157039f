#!/usr/bin/env node
/** `slotledger …`: the name to use where the package is installed. `slotledger start` is `server start`. */
import { createProgram, runProgram } from '../../client/cli/program.js';
import { addWalletCommands } from '../../client/cli/wallet-program.js';
import { addServerCommands } from '../cli/server-program.js';

const program = addServerCommands(createProgram('slotledger', 'A shared ledger of balances that nobody can rewrite.'));
addWalletCommands(program.command('wallet').description('keep keys, look at balances, send payments'));
await runProgram(program, process.argv.slice(2));
