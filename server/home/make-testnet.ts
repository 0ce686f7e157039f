/**
 * The homes of a development chain with several validators on one machine, ready to start: one genesis, keys and vote
 * state of each, and a config.toml that says which ports it uses and where the others are.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { makeDirectory } from '../../client/keystore/make-directory.js';
import { toAmount } from '../../ledger/values/numbers.js';
import { SlotledgerError } from '../errors.js';
import {
  addDevelopmentKeys,
  developmentGenesis,
  developmentStake,
  newDevelopmentAccount,
  newDevelopmentAccounts,
} from './development-genesis.js';
import { homePaths } from './home.js';
import { genesisFileText, installGenesis, type OpenedGenesis } from './init-home.js';
import { genesisValidator, makeValidatorKeys } from './make-validator.js';

/** One machine runs no more in earnest; HTTP ports begin this far below the ports for peers. */
export const maxTestnetValidators = 100;
const httpBelowP2p = 920;
/** Below this, HTTP ports would be for the superuser alone. */
export const minBasePort = 2000;
export const maxBasePort = 65_000;
/** Peers that a node is told to connect to; it learns of the others from them. */
const maxBootstrap = 8;
/** Stands in the directory until all homes are whole. */
const unfinished = 'testnet.unfinished';
/** Ten thousand tokens. */
const shopBalance = toAmount(10_000_000);
/** A hundred tokens. */
const ownerBalance = toAmount(100_000);

export interface TestnetOptions {
  /** Empty, or not there yet. */
  readonly directory: string;
  /** 1 to `maxTestnetValidators`. */
  readonly validators: number;
  /** Port for peers of the first node; from `minBasePort` to `maxBasePort`. */
  readonly basePort: number;
  /** Unix time in ms of slot 0. */
  readonly genesisTime: number;
  readonly slotDurationMs?: number;
  readonly slotsPerEpoch?: number;
}

export interface TestnetNode {
  readonly name: string;
  readonly home: string;
  readonly p2pPort: number;
  readonly httpPort: number;
}

/**
 * Treasury and shop have money, and their keys are in the wallet of every home; the owner of each validator has its
 * key in its own home only.
 * @throws SlotledgerError NOT_EMPTY
 */
export function makeTestnet(options: TestnetOptions): {
  readonly genesis: OpenedGenesis;
  readonly nodes: readonly TestnetNode[];
} {
  const { directory, validators, basePort, genesisTime, slotDurationMs, slotsPerEpoch } = options;
  refuseNonEmpty(directory);
  writeFileSync(join(directory, unfinished), '');
  const nodes = Array.from({ length: validators }, (_, i) => ({
    name: `node${i + 1}`,
    home: join(directory, `node${i + 1}`),
    p2pPort: basePort + i,
    httpPort: basePort - httpBelowP2p + i,
  }));
  const name = 'testnet';
  const [treasury, shop] = newDevelopmentAccounts();
  const owners = nodes.map((_, i) => newDevelopmentAccount(`owner${i + 1}`));
  const members = nodes.map((node, i) =>
    genesisValidator(makeValidatorKeys(homePaths(node.home)), name, owners[i]!.address, developmentStake, node.name),
  );
  const genesis = developmentGenesis({
    name,
    genesisTime,
    ...(slotDurationMs === undefined ? {} : { slotDurationMs }),
    ...(slotsPerEpoch === undefined ? {} : { slotsPerEpoch }),
    accounts: [
      treasury,
      { ...shop, balance: shopBalance },
      ...owners.map((owner) => ({ ...owner, balance: ownerBalance })),
    ],
    validators: members,
  });
  const text = genesisFileText(genesis);
  let opened: OpenedGenesis | undefined;
  for (const [i, node] of nodes.entries()) {
    const paths = homePaths(node.home);
    opened = installGenesis(paths, text);
    addDevelopmentKeys(node.home, [treasury, shop, owners[i]!]);
    writeFileSync(paths.config, configText(node, nodes));
  }
  rmSync(join(directory, unfinished));
  return { genesis: opened!, nodes };
}

function refuseNonEmpty(directory: string): void {
  makeDirectory(directory);
  const there = readdirSync(directory);
  if (there.length === 0) return;
  if (there.includes(unfinished)) {
    throw new SlotledgerError(
      'NOT_EMPTY',
      `${directory} holds homes that were cut off while they were made: no chain is in them, or not in all.`,
      'Delete it and run this again, or name a directory that does not exist yet.',
    );
  }
  throw new SlotledgerError('NOT_EMPTY', `${directory} is not empty.`, 'Name a directory that does not exist yet.');
}

/** The nodes after this one, around the circle: every node is somebody's first. */
function configText(node: TestnetNode, nodes: readonly TestnetNode[]): string {
  const own = nodes.indexOf(node);
  const others = [...nodes.slice(own + 1), ...nodes.slice(0, own)].slice(0, maxBootstrap);
  const settings = {
    node_id: node.name,
    p2p_host: '127.0.0.1',
    p2p_port: node.p2pPort,
    http_host: '127.0.0.1',
    http_port: node.httpPort,
    bootstrap: others.map(({ p2pPort }) => `127.0.0.1:${p2pPort}`),
  };
  return `# A node of a development chain on this machine. \`server config show\` explains every setting.\n${stringify(settings)}\n`;
}
