/**
 * Which chain a home runs: the one its genesis.json names; else a given genesis, a bootstrap peer's, or a new
 * development chain. One rule: a home stays with its chain, so anything asked for that differs is refused.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Crypto } from '../../ledger/values/crypto.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import { chainIdOf, genesisHash } from '../../ledger/values/genesis-file.js';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import { createDevelopmentChain, type Stakeholder } from '../development-chain.js';
import { SlotledgerError } from '../errors.js';
import type { HomePaths } from '../home/home.js';
import { readKeyFile } from '../home/key-files.js';
import type { ServerOptions } from '../server-options.js';
import { replaceFile } from '../storage/durable-files.js';
import { type Chain, chainOf } from './chain.js';
import { fetchChain } from './join.js';
import { writeChainKeys, writeValidatorKeys } from './keys.js';

export interface ChainWishes {
  readonly options: ServerOptions;
  readonly stakeholders: readonly Stakeholder[];
  readonly bootstrapPeers: readonly string[];
  readonly nodeId: string | undefined;
}

/** @throws SlotledgerError WRONG_CHAIN, GENESIS_INVALID, GENESIS_NOT_FOUND, BAD_OPTIONS */
export async function openChain(paths: HomePaths, crypto: Crypto, wishes: ChainWishes): Promise<Chain> {
  const existing = existsSync(paths.genesis) ? readGenesis(paths.genesis, crypto) : undefined;
  const { options } = wishes;
  const given =
    options.genesis === undefined ? undefined : checkedGenesis('The given genesis', crypto, options.genesis);
  if (existing !== undefined) {
    const expected = given?.genesisHash ?? options.genesisHash;
    if (expected !== undefined && existing.genesisHash !== expected) {
      throw new SlotledgerError(
        'WRONG_CHAIN',
        `${paths.home} belongs to the chain with genesis hash ${existing.genesisHash}, not ${expected}.`,
        'Use another --home, or start without naming a genesis.',
      );
    }
    refuseOtherParameters(existing.genesis, wishes);
    return existing;
  }
  if (given !== undefined) return keep(paths, given);
  if (wishes.bootstrapPeers.length > 0) {
    const fetched = await fetchChain(crypto, wishes.bootstrapPeers, options.genesisHash);
    refuseOtherParameters(fetched.genesis, wishes);
    return keep(paths, fetched);
  }
  return makeDevelopmentChain(paths, crypto, wishes);
}

function checkedGenesis(what: string, crypto: Crypto, value: unknown): Chain {
  const chain = chainOf(crypto, value);
  if (chain.ok) return chain.value;
  throw new SlotledgerError(
    'GENESIS_INVALID',
    `${what} is not valid (${chain.problem}).`,
    'Get the file again from the operators of the chain.',
  );
}

function readGenesis(path: string, crypto: Crypto): Chain {
  const parsed = parseStrictJson(readFileSync(path));
  if (parsed.ok) return checkedGenesis(path, crypto, parsed.value);
  throw new SlotledgerError(
    'GENESIS_INVALID',
    `${path} cannot be read: ${parsed.problem.detail}`,
    'Get the file again from the operators of the chain.',
  );
}

/** genesis.json comes last: a home without one has nothing that counts. */
function keep(paths: HomePaths, chain: Chain): Chain {
  if (readKeyFile(paths.keys, 'validator') === undefined) writeValidatorKeys(paths.keys, chain.genesisHash);
  replaceFile(paths.genesis, `${JSON.stringify(chain.genesis, undefined, 2)}\n`, 0o644);
  return chain;
}

function makeDevelopmentChain(paths: HomePaths, crypto: Crypto, { options, stakeholders, nodeId }: ChainWishes): Chain {
  const { slotDurationMs, slotsPerEpoch, difficulty } = options;
  const made = createDevelopmentChain({
    genesisTime: options.genesisTime ?? Date.now(),
    stakeholders,
    ...(slotDurationMs === undefined ? {} : { slotDurationMs }),
    ...(slotsPerEpoch === undefined ? {} : { slotsPerEpoch }),
    ...(difficulty === undefined ? {} : { difficulty }),
  });
  const checked = chainOf(crypto, made.genesis);
  if (!checked.ok) {
    throw new SlotledgerError(
      'BAD_OPTIONS',
      `No chain can be made with these options (${checked.problem}).`,
      'Correct the option, or leave it out to take its starting value.',
    );
  }
  const hash = genesisHash(crypto, made.genesis);
  writeChainKeys(paths, made, hash, nodeId);
  replaceFile(paths.genesis, `${JSON.stringify(made.genesis, undefined, 2)}\n`, 0o644);
  return { genesis: made.genesis, genesisHash: hash, id: chainIdOf(made.genesis, hash) };
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
    if (wish !== undefined && wish !== is) {
      throw new SlotledgerError(
        'CHAIN_EXISTS',
        `The chain's ${name} is ${is}, and ${wish} was asked for: genesis fixed it.`,
        `Leave it out, or start a new chain in another home.`,
      );
    }
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
