#!/usr/bin/env node
/** `wallet …`: keys, balances and payments. */
import { runProgram } from '../../client/cli/program.js';
import { createWalletProgram } from '../../client/cli/wallet-program.js';

await runProgram(createWalletProgram(), process.argv.slice(2));
