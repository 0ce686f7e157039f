/** `server init` and `server keygen`: what a node needs before it starts. */
import type { Command } from 'commander';
import { CliProblem } from '../../client/cli/cli-problem.js';
import { fields } from '../../client/cli/terminal.js';
import type { HomePaths } from '../home/home.js';
import {
  initDevelopmentHome,
  installGenesis,
  type OpenedGenesis,
  parseGenesis,
  readGenesis,
} from '../home/init-home.js';
import {
  hasValidatorKeys,
  makeValidatorKeys,
  type NodePublicKeys,
  readNodePublicKeys,
} from '../home/make-validator.js';
import { locked, recordMade } from './key-records.js';
import { homeContext, integerOption, readNamedFile, saying, slotDurationOption } from './server-context.js';

interface InitOptions {
  readonly genesis?: string;
  readonly slotDuration?: string;
  readonly slotsPerEpoch?: string;
  readonly difficulty?: string;
}

export async function init(command: Command): Promise<void> {
  const { paths, terminal } = homeContext(command);
  const options = command.optsWithGlobals<InitOptions>();
  // What is wrong is refused before anything of a home is made.
  const make = options.genesis === undefined ? newChain(options) : givenChain(options.genesis);
  const { genesis, chain, hash, keys } = await locked(paths, () => initHome(paths, make));
  const { validators } = genesis;
  const listed = validators.some(({ key }) => key === keys.validator);
  terminal.result({ home: paths.home, chain, genesis_hash: hash, ...named(keys), validator_of_genesis: listed }, () =>
    fields([
      ['home', paths.home],
      ['chain', `${chain}${genesis.development ? ' (development)' : ''}`],
      ['genesis', hash],
      ['node key', keys.node],
      ['validator', `${keys.validator}${listed ? '' : ' (not in genesis: an observer until it has stake)'}`],
      ['VRF key', keys.vrf],
    ]),
  );
}

type MakeChain = (paths: HomePaths) => OpenedGenesis;

function initHome(paths: HomePaths, make: MakeChain) {
  const opened = make(paths);
  return { ...opened, keys: readNodePublicKeys(paths)! };
}

function newChain(options: InitOptions): MakeChain {
  const slotDurationMs = slotDurationOption(options.slotDuration);
  const slotsPerEpoch = integerOption('--slots-per-epoch', options.slotsPerEpoch, 2, 1_000_000);
  const difficulty = integerOption('--difficulty', options.difficulty, 0, 5);
  return (paths) => {
    const own = readGenesis(paths);
    if (own !== undefined) {
      throw new CliProblem(
        'home_in_use',
        `${paths.home} belongs to the chain ${own.chain} already.`,
        'Start it with `server start`, or use another --home.',
      );
    }
    const chain = {
      genesisTime: Date.now(),
      ...(slotDurationMs === undefined ? {} : { slotDurationMs }),
      ...(slotsPerEpoch === undefined ? {} : { slotsPerEpoch }),
      ...(difficulty === undefined ? {} : { difficulty }),
    };
    return initDevelopmentHome(paths, chain, recordMade(paths));
  };
}

function givenChain(file: string): MakeChain {
  const text = readNamedFile(file).toString('utf8');
  saying(() => parseGenesis(Buffer.from(text), file));
  return (paths) => {
    // Keys come before the genesis that marks a finished home.
    if (!hasValidatorKeys(paths)) makeValidatorKeys(paths, undefined, recordMade(paths));
    return installGenesis(paths, text, file);
  };
}

export async function keygen(command: Command): Promise<void> {
  const { paths, terminal } = homeContext(command);
  const keys = await locked(paths, () => {
    makeValidatorKeys(paths, readGenesis(paths)?.hash, recordMade(paths));
    return readNodePublicKeys(paths)!;
  });
  terminal.result({ home: paths.home, ...named(keys) }, () =>
    fields([
      ['node key', keys.node],
      ['validator', keys.validator],
      ['VRF key', keys.vrf],
      ['files', `${paths.keys} (keep a copy of the keys off-line, never of the vote state)`],
    ]),
  );
}

const named = ({ node, validator, vrf }: NodePublicKeys) => ({
  node_key: node,
  validator_key: validator,
  vrf_key: vrf,
});
