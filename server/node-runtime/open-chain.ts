/**
 * Which chain a home runs: the one its genesis.json names; else a given genesis, a bootstrap peer's, or a new
 * development chain. One rule: a home stays with its chain, so anything asked for that differs is refused.
 */
import type { Crypto } from '../../ledger/values/crypto.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import type { Hash } from '../../ledger/values/text.js';
import { SlotledgerError } from '../errors.js';
import type { HomePaths } from '../home/home.js';
import {
  genesisFileText,
  initDevelopmentHome,
  installGenesis,
  type OpenedGenesis,
  parseGenesis,
  readGenesis,
} from '../home/init-home.js';
import { bindVoteState, hasValidatorKeys, makeValidatorKeys } from '../home/make-validator.js';
import type { ServerOptions } from '../server-options.js';
import { fetchChain } from './join.js';
import { initStakeholders, type Stakeholder } from './stakeholders.js';

export interface ChainWishes {
  readonly options: ServerOptions;
  readonly stakeholders: readonly Stakeholder[];
  readonly bootstrapPeers: readonly string[];
  /** Whether bootstrap peers are asked over TLS. */
  readonly tls: boolean;
  readonly nodeId: string | undefined;
  /** The node is to stop: bootstrap peers are not waited for. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws SlotledgerError WRONG_CHAIN, CHAIN_EXISTS, GENESIS_INVALID, GENESIS_NOT_FOUND, ROOT_REFUSED, START_STOPPED */
export async function openChain(paths: HomePaths, crypto: Crypto, wishes: ChainWishes): Promise<OpenedGenesis> {
  const { options } = wishes;
  const existing = readGenesis(paths);
  const given = options.genesis && parseGenesis(Buffer.from(genesisFileText(options.genesis)), 'The given genesis');
  refuseOtherChain(paths.home, existing ?? given, given?.hash ?? options.genesisHash);
  refuseOtherChain(paths.home, existing ?? given, options.genesisHash);
  refuseRoot(existing ?? given, options.allowRoot);
  if (existing !== undefined) {
    refuseOtherParameters(existing.genesis, wishes);
    // A crash may have come between the genesis and the vote state that names it.
    bindVoteState(paths, existing.hash);
    return existing;
  }
  if (given !== undefined) return join(paths, given);
  if (wishes.bootstrapPeers.length > 0) {
    const fetched = await fetchChain(crypto, wishes.bootstrapPeers, options.genesisHash, wishes.tls, wishes.signal);
    refuseOtherParameters(fetched.genesis, wishes);
    refuseRoot(fetched, options.allowRoot);
    return join(paths, fetched);
  }
  return newChain(paths, wishes);
}

function join(paths: HomePaths, { genesis }: OpenedGenesis): OpenedGenesis {
  if (!hasValidatorKeys(paths)) makeValidatorKeys(paths);
  return installGenesis(paths, genesisFileText(genesis));
}

function newChain(paths: HomePaths, { options, stakeholders, nodeId }: ChainWishes): OpenedGenesis {
  const { slotDurationMs, slotsPerEpoch, difficulty } = options;
  const chain = {
    genesisTime: options.genesisTime ?? Date.now(),
    ...(slotDurationMs === undefined ? {} : { slotDurationMs }),
    ...(slotsPerEpoch === undefined ? {} : { slotsPerEpoch }),
    ...(difficulty === undefined ? {} : { difficulty }),
  };
  const own = stakeholders.find(({ id }) => id === nodeId) ?? stakeholders[0];
  return own === undefined ? initDevelopmentHome(paths, chain) : initStakeholders(paths, chain, stakeholders, own.id);
}

function refuseOtherChain(home: string, is: OpenedGenesis | undefined, expected: Hash | undefined): void {
  if (is === undefined || expected === undefined || is.hash === expected) return;
  throw new SlotledgerError(
    'WRONG_CHAIN',
    `${home} is for the chain with genesis hash ${is.hash}, and ${expected} was asked for.`,
    'Use another --home, or start without naming another genesis.',
  );
}

/** Before anything is written, so that no file of the chain belongs to root afterwards. Development chains are for trying. */
function refuseRoot(chain: OpenedGenesis | undefined, allowed = true): void {
  if (allowed || chain === undefined || chain.genesis.development || process.getuid?.() !== 0) return;
  throw new SlotledgerError(
    'ROOT_REFUSED',
    `A node of ${chain.chain} does not run as root, where a fault in it could touch the whole machine.`,
    'Run it as a user of its own who owns the home, or say --allow-root (SLOTLEDGER_ALLOW_ROOT=1), as in a container.',
  );
}

/** What genesis fixes cannot be had otherwise afterwards; asking for what is so anyway is fine. */
function refuseOtherParameters(
  { parameters, validators }: Genesis,
  { options, stakeholders, nodeId }: ChainWishes,
): void {
  const asked: readonly (readonly [name: string, asked: number | undefined, is: number])[] = [
    ['slot duration in ms', options.slotDurationMs, parameters.slot_duration_ms],
    ['number of slots an epoch', options.slotsPerEpoch, parameters.slots_per_epoch],
    ['difficulty', options.difficulty, parameters.difficulty],
  ];
  for (const [name, wish, is] of asked) {
    if (wish === undefined || wish === is) continue;
    throw new SlotledgerError(
      'CHAIN_EXISTS',
      `The chain's ${name} is ${is}, and ${wish} was asked for: genesis fixed it.`,
      'Leave it out, or start a new chain in another home.',
    );
  }
  for (const { id, stake } of stakeholders) {
    if (id === nodeId) continue;
    const member = validators.find(({ name }) => name === id);
    if (member?.stake === stake) continue;
    throw new SlotledgerError(
      'CHAIN_EXISTS',
      member === undefined
        ? `${id} cannot be registered: the chain exists already, and others join it by staking themselves.`
        : `${id} has a stake of ${member.stake} in the chain's genesis, and ${stake} was asked for.`,
      'Leave it out, or start a new chain in another home.',
    );
  }
}
