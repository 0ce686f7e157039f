/** What every wallet command starts from: the node, the keys and the terminal, from flags and environment. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { isAddressPrefix } from '../../ledger/values/address.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import { chainIdOf, decodeGenesis, genesisHash } from '../../ledger/values/genesis-file.js';
import { isChainIdText } from '../../ledger/values/text-forms.js';
import type { LimitsAnswer, StatusAnswer } from '../api-types.js';
import { clientCrypto } from '../crypto.js';
import type { Client } from '../http/client.js';
import { NodeUnreachable } from '../http/problem.js';
import { createKeystore, type Keystore } from '../keystore/keystore.js';
import { runningUrl } from '../keystore/running-node.js';
import { behindBecause } from './catching-up.js';
import { usageProblem } from './cli-problem.js';
import { ofHome } from './home-node.js';
import { clientOf } from './node-client.js';
import { createTerminal, type Terminal } from './terminal.js';
import { neededUserHome } from './user-home.js';

/** Of a token. */
const maxDecimals = 15;
const defaultNode = 'http://127.0.0.1:8080';

/** Options of the program itself; every command has them. */
export interface WalletOptions {
  readonly node?: string;
  readonly home?: string;
  readonly output?: string;
  readonly passwordFile?: string;
  readonly yes?: boolean;
}

export interface Context {
  readonly options: WalletOptions;
  readonly terminal: Terminal;
  readonly client: Client;
  readonly home: string;
  readonly keystore: Keystore;
  /** An error as this home's user understands it. */
  explain(error: unknown): unknown;
  /** The node's status, asked for once a command. */
  chain(): Promise<StatusAnswer>;
  limits(): Promise<LimitsAnswer>;
  /** Prefix of addresses without asking a node: of the home's genesis file, else `sl`. */
  offlinePrefix(): string;
}

export function createContext(command: Command): Context {
  const options = command.optsWithGlobals<WalletOptions>();
  const home = resolve(options.home ?? (process.env.SLOTLEDGER_HOME || join(neededUserHome(), '.slotledger')));
  const terminal = createTerminal(options);
  const told = options.node ?? (process.env.SLOTLEDGER_NODE || undefined);
  const running = told === undefined ? runningUrl(home) : undefined;
  const client = clientOf(nodeUrl(told ?? running ?? defaultNode));
  let chain: Promise<StatusAnswer> | undefined;
  let limits: Promise<LimitsAnswer> | undefined;
  return {
    options,
    terminal,
    client,
    home,
    explain: (error) => {
      if (told !== undefined || running !== undefined) return error;
      return ofHome(error, home, options.home === undefined ? [] : ['--home', options.home]);
    },
    keystore: createKeystore(home),
    chain: () => {
      chain ??= client.status().then((answer) => {
        const status = nodeStatus(client.url, answer);
        if (told === undefined) refuseOtherChain(client.url, status, home);
        const because = behindBecause(status);
        if (because !== undefined) terminal.note(`The node ${because}: what it says may be old.`);
        return status;
      });
      return chain;
    },
    limits: () => {
      limits ??= client.limits();
      return limits;
    },
    offlinePrefix: () => prefixOfHome(home) ?? 'sl',
  };
}

function nodeUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw usageProblem(`--node ${text} is not an HTTP address.`, `Write it like ${defaultNode}.`);
  }
  return text;
}

/** @throws NodeUnreachable for what is no answer of a node: somebody else listens there */
function nodeStatus(url: string, status: Partial<StatusAnswer> | null): StatusAnswer {
  const { chain = '', address_prefix: prefix = '', token } = status ?? {};
  const { decimals } = token ?? {};
  const isOurs = isChainIdText(chain) && isAddressPrefix(prefix) && typeof token?.symbol === 'string';
  if (isOurs && Number.isInteger(decimals) && decimals! >= 0 && decimals! <= maxDecimals) return status as StatusAnswer;
  throw new NodeUnreachable(url, 'what answers there is no slotledger node');
}

/**
 * Where nobody has named a node and that of the home does not run, whoever has its usual port would be asked, and paid through.
 * @throws NodeUnreachable
 */
function refuseOtherChain(url: string, { chain }: StatusAnswer, home: string): void {
  const genesis = genesisOfHome(home);
  if (genesis === undefined) return;
  const own = chainIdOf(genesis, genesisHash(clientCrypto, genesis));
  if (own === chain) return;
  throw new NodeUnreachable(url, `what answers there is a node of the chain ${chain}, and ${home} belongs to ${own}`);
}

const prefixOfHome = (home: string): string | undefined => genesisOfHome(home)?.address_prefix;

/** @returns undefined for a home without a chain, and where the file is none that a node would take */
function genesisOfHome(home: string): Genesis | undefined {
  try {
    const genesis = decodeGenesis(JSON.parse(readFileSync(join(home, 'genesis.json'), 'utf8')));
    return genesis.ok ? genesis.value : undefined;
  } catch {
    return undefined;
  }
}
