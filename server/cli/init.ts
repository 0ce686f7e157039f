/** `server init` and `server keygen`: what a node needs before it starts. */
import type { Command } from 'commander';
import { CliProblem } from '../../client/cli/cli-problem.js';
import { fields } from '../../client/cli/terminal.js';
import type { HomePaths } from '../home/home.js';
import { initDevelopmentHome, installGenesis, parseGenesis, readGenesis } from '../home/init-home.js';
import { makeValidatorKeys, type NodeSigners, readValidatorKeys } from '../home/make-validator.js';
import { locked, recordKeys } from './key-records.js';
import { homeContext, integerOption, readNamedFile, saying, slotDurationOption } from './server-context.js';

interface InitOptions {
  readonly genesis?: string;
  readonly slotDuration?: string;
  readonly slotsPerEpoch?: string;
  readonly difficulty?: string;
}

export function init(command: Command): void {
  const { paths, terminal } = homeContext(command);
  const options = command.optsWithGlobals<InitOptions>();
  const { genesis, chain, hash, keys } = saying(() => locked(paths, () => initHome(paths, options)));
  const { validators } = genesis;
  const listed = validators.some(({ key }) => key === keys.validator.publicKey);
  terminal.result(
    { home: paths.home, chain, genesis_hash: hash, ...publicKeys(keys), validator_of_genesis: listed },
    () =>
      fields([
        ['home', paths.home],
        ['chain', `${chain}${genesis.development ? ' (development)' : ''}`],
        ['genesis', hash],
        ['node key', keys.node.publicKey],
        [
          'validator',
          `${keys.validator.publicKey}${listed ? '' : ' (not in genesis: an observer until it has stake)'}`,
        ],
        ['VRF key', keys.vrf.publicKey],
      ]),
  );
}

function initHome(paths: HomePaths, options: InitOptions) {
  const hadKeys = readValidatorKeys(paths) !== undefined;
  const opened = options.genesis === undefined ? newChain(paths, options) : givenChain(paths, options.genesis);
  const keys = readValidatorKeys(paths)!;
  if (!hadKeys) recordKeys(paths, 'keys_made', keys);
  return { ...opened, keys };
}

function newChain(paths: HomePaths, options: InitOptions) {
  const own = readGenesis(paths);
  if (own !== undefined) {
    throw new CliProblem(
      'home_in_use',
      `${paths.home} belongs to the chain ${own.chain} already.`,
      'Start it with `server start`, or use another --home.',
    );
  }
  const slotDurationMs = slotDurationOption(options.slotDuration);
  const slotsPerEpoch = integerOption('--slots-per-epoch', options.slotsPerEpoch, 2, 1_000_000);
  const difficulty = integerOption('--difficulty', options.difficulty, 0, 5);
  return initDevelopmentHome(paths, {
    genesisTime: Date.now(),
    ...(slotDurationMs === undefined ? {} : { slotDurationMs }),
    ...(slotsPerEpoch === undefined ? {} : { slotsPerEpoch }),
    ...(difficulty === undefined ? {} : { difficulty }),
  });
}

function givenChain(paths: HomePaths, file: string) {
  const text = readNamedFile(file).toString('utf8');
  // A wrong file is refused before it leaves keys behind; keys come before the genesis that marks a finished home.
  if (readValidatorKeys(paths) === undefined) {
    parseGenesis(Buffer.from(text), file);
    makeValidatorKeys(paths);
  }
  return installGenesis(paths, text, file);
}

export function keygen(command: Command): void {
  const { paths, terminal } = homeContext(command);
  const keys = saying(() =>
    locked(paths, () => {
      const made = makeValidatorKeys(paths, readGenesis(paths)?.hash);
      recordKeys(paths, 'keys_made', made);
      return made;
    }),
  );
  terminal.result({ home: paths.home, ...publicKeys(keys) }, () =>
    fields([
      ['node key', keys.node.publicKey],
      ['validator', keys.validator.publicKey],
      ['VRF key', keys.vrf.publicKey],
      ['files', `${paths.keys} (keep a copy of the keys off-line, never of the vote state)`],
    ]),
  );
}

const publicKeys = ({ node, validator, vrf }: NodeSigners) => ({
  node_key: node.publicKey,
  validator_key: validator.publicKey,
  vrf_key: vrf.publicKey,
});
