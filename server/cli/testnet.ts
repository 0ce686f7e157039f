/** `server testnet`: ready homes of a development chain with several validators, and the command that starts each. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { usageProblem } from '../../client/cli/cli-problem.js';
import { shellQuote } from '../../client/cli/shell-quote.js';
import { makeTestnet, maxBasePort, maxTestnetValidators, minBasePort } from '../home/make-testnet.js';
import { findInvocation } from './invocation.js';

import { integerOption, saying, slotDurationOption } from './server-context.js';

interface TestnetCommandOptions {
  readonly validators: string;
  /** A directory here. */
  readonly output: string;
  readonly slotDuration?: string;
  readonly slotsPerEpoch?: string;
  readonly basePort: string;
}

export function testnet(command: Command): void {
  const options = command.opts<TestnetCommandOptions>();
  if (options.output === '')
    throw usageProblem('--output names no directory.', 'Name a directory that does not exist.');
  const slotDurationMs = slotDurationOption(options.slotDuration);
  const slotsPerEpoch = integerOption('--slots-per-epoch', options.slotsPerEpoch, 2, 1_000_000);
  const { genesis, nodes } = saying(() =>
    makeTestnet({
      directory: resolve(options.output),
      validators: integerOption('--validators', options.validators, 1, maxTestnetValidators)!,
      basePort: integerOption('--base-port', options.basePort, minBasePort, maxBasePort)!,
      genesisTime: Date.now(),
      ...(slotDurationMs === undefined ? {} : { slotDurationMs }),
      ...(slotsPerEpoch === undefined ? {} : { slotsPerEpoch }),
    }),
  );
  const { server, wallet } = findInvocation(process.argv[1] ?? '', process.cwd());
  const [first] = nodes;
  const lines = [
    `${genesis.chain}: ${nodes.length} validators. Start each in a terminal of its own:`,
    ...nodes.map(({ home }) => `  ${server} start --home ${shellQuote(home)}`),
    'Then pay, at any of them:',
    `  ${wallet} send treasury shop 5 --home ${shellQuote(first!.home)} --node http://127.0.0.1:${first!.httpPort}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
