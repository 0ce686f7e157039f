#!/usr/bin/env node
/** `server …`: prepare, run and look after a node. */
import { runProgram } from '../../client/cli/program.js';
import { createServerProgram } from '../cli/server-program.js';

await runProgram(createServerProgram(), process.argv.slice(2));
