/** `server genesis new`: the draft of a genesis, with name, token and parameters, to which cards are added. */
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { parseAmount } from '../../client/amounts.js';
import { CliProblem, usageProblem } from '../../client/cli/cli-problem.js';
import { shellQuote } from '../../client/cli/shell-quote.js';
import { createTerminal } from '../../client/cli/terminal.js';
import type { Genesis, GenesisAccount, Parameters } from '../../ledger/values/genesis.js';
import { decodeGenesisDraft } from '../../ledger/values/genesis-file.js';
import { productionParameters } from '../../ledger/values/parameters.js';
import type { Address } from '../../ledger/values/text.js';
import { withSlotDuration } from '../home/development-genesis.js';
import { genesisFileText } from '../home/init-home.js';
import { findInvocation } from './invocation.js';
import { integerOption, slotDurationOption } from './server-context.js';

interface NewOptions {
  readonly name: string;
  readonly symbol: string;
  readonly decimals: string;
  readonly prefix: string;
  readonly start?: string;
  readonly slotDuration?: string;
  readonly parameter?: readonly string[];
  readonly account?: readonly string[];
  readonly output?: string;
}

export function newGenesis(file: string, command: Command): void {
  const options = command.optsWithGlobals<NewOptions>();
  const terminal = createTerminal(options);
  const draft = draftOf(options);
  writeNew(file, genesisFileText(draft));
  const { server } = findInvocation(process.argv[1] ?? '', process.cwd());
  terminal.result({ file, genesis: draft }, () =>
    [
      `${file} is the draft of the chain "${draft.name}". Each organisation signs a card with its own keys:`,
      `  ${server} genesis join ${shellQuote(file)} --name NAME --owner ADDRESS --stake AMOUNT --card NAME.card.json`,
      'Anyone adds all cards; the order makes no difference:',
      `  ${server} genesis add ${shellQuote(file)} *.card.json`,
    ].join('\n'),
  );
}

function draftOf(options: NewOptions): Genesis {
  const decimals = integerOption('--decimals', options.decimals, 0, 15)!;
  const token = { symbol: options.symbol, decimals };
  const slotDurationMs = slotDurationOption(options.slotDuration) ?? productionParameters.slot_duration_ms;
  const parameters = withParameters(withSlotDuration(productionParameters, slotDurationMs), options.parameter ?? []);
  const draft = {
    version: 1,
    name: options.name,
    genesis_time: startOf(options.start),
    address_prefix: options.prefix,
    token,
    development: false,
    parameters,
    accounts: (options.account ?? []).map((text) => accountOf(text, token)),
    validators: [],
  };
  const decoded = decodeGenesisDraft(draft);
  if (decoded.ok) return decoded.value;
  const { path, detail } = decoded.problem;
  throw usageProblem(`${path}: ${detail}`, 'Correct it; `server genesis new --help` lists what can be set.');
}

function startOf(text: string | undefined): number {
  if (text === undefined) return Math.ceil(Date.now() / 1000) * 1000;
  const time = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isSafeInteger(time)) return time;
  throw usageProblem(`--start ${text} is not a time.`, 'Write it like 2027-01-31T12:00:00Z.');
}

/** `name=value` each. */
function withParameters(parameters: Parameters, settings: readonly string[]): Parameters {
  const changed: Record<string, unknown> = { ...parameters };
  for (const setting of settings) {
    const [name = '', value = ''] = setting.split('=', 2);
    if (!Object.hasOwn(parameters, name)) {
      throw usageProblem(`"${name}" is not a parameter.`, `Parameters are ${Object.keys(parameters).join(', ')}.`);
    }
    changed[name] = /^\d+$/.test(value) ? Number(value) : value;
  }
  return changed as unknown as Parameters;
}

/** `address=amount` or `address=amount=name`. */
function accountOf(text: string, token: Genesis['token']): GenesisAccount {
  const [address = '', amount = '', name] = text.split('=', 3);
  const balance = parseAmount(amount, token);
  if (!balance.ok) throw usageProblem(balance.problem, 'Write --account ADDRESS=AMOUNT or ADDRESS=AMOUNT=NAME.');
  return { address: address as Address, balance: balance.value, ...(name === undefined ? {} : { name }) };
}

/** Refuses to replace a file that is there. */
export function writeNew(file: string, text: string, mode = 0o644): void {
  let handle: number;
  try {
    handle = openSync(file, 'wx', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new CliProblem('file_exists', `${file} exists already.`, 'Name another file.');
  }
  try {
    writeFileSync(handle, text);
  } catch (error) {
    // It is of no use, and would keep the next attempt from that name.
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}
