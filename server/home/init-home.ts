/**
 * Brings a home to the point where a node can start: keys, vote state, genesis. Every step may be repeated after a
 * crash, and genesis.json, written last but for the vote state that names it, marks a home that belongs to a chain.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Genesis } from '../../ledger/values/genesis.js';
import { decodeGenesisDraft, openGenesis } from '../../ledger/values/genesis-file.js';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import type { ChainId, Hash } from '../../ledger/values/text.js';
import { createCrypto } from '../crypto/create-crypto.js';
import { SlotledgerError } from '../errors.js';
import { replaceFile } from '../storage/durable-files.js';
import {
  type DevelopmentChain,
  developmentAccounts,
  developmentGenesis,
  developmentStake,
} from './development-genesis.js';
import { type HomePaths, prepareHome } from './home.js';
import {
  bindVoteState,
  checkVoteState,
  genesisValidator,
  makeValidatorKeys,
  type NodePublicKeys,
  readValidatorKeys,
} from './make-validator.js';

export interface OpenedGenesis {
  readonly genesis: Genesis;
  readonly hash: Hash;
  readonly chain: ChainId;
}

/** @throws SlotledgerError GENESIS_INVALID, naming the file and the first thing wrong in it */
export function parseGenesis(bytes: Uint8Array, file: string): OpenedGenesis {
  const parsed = parseStrictJson(bytes);
  const opened = parsed.ok ? openGenesis(createCrypto(), parsed.value) : parsed;
  if (opened.ok) return opened.value;
  if (parsed.ok && isDraft(parsed.value)) {
    throw new SlotledgerError(
      'GENESIS_INVALID',
      `${file} is a draft without validators: no card was added to it yet.`,
      'Put the cards of all organisations into it with `server genesis add`.',
    );
  }
  const { path, detail } = opened.problem;
  throw new SlotledgerError(
    'GENESIS_INVALID',
    `${file} is not a genesis file of slotledger${path === '' ? '' : ` (at ${path})`}: ${detail}`,
    'Get the file anew from the operators of the chain, or make one with `server genesis new`.',
  );
}

/** What `server genesis new` makes, before any card is added. */
function isDraft(value: unknown): boolean {
  const draft = decodeGenesisDraft(value);
  return draft.ok && draft.value.validators.length === 0;
}

/** @returns undefined for a home without a chain. @throws SlotledgerError GENESIS_INVALID */
export function readGenesis(paths: HomePaths): OpenedGenesis | undefined {
  return existsSync(paths.genesis) ? parseGenesis(readFileSync(paths.genesis), paths.genesis) : undefined;
}

/** As people read it; the hash does not depend on how it is written. */
export const genesisFileText = (genesis: Genesis): string => `${JSON.stringify(genesis, undefined, 2)}\n`;

/**
 * Puts a genesis into the home and names it in a vote state that waits for one. The home may have it already.
 * @param text written as it is, so that the file stays the one that was agreed on
 * @throws SlotledgerError OTHER_CHAIN when the home belongs to another chain, VOTE_STATE_OTHER_CHAIN when its vote state
 * does; GENESIS_INVALID
 */
export function installGenesis(paths: HomePaths, text: string, file = paths.genesis): OpenedGenesis {
  prepareHome(paths);
  const given = parseGenesis(Buffer.from(text), file);
  const own = readGenesis(paths);
  if (own !== undefined && own.hash !== given.hash) {
    throw new SlotledgerError(
      'OTHER_CHAIN',
      `${paths.home} belongs to the chain ${own.chain}, and ${file} is the genesis of ${given.chain}.`,
      'Use another --home.',
    );
  }
  if (own === undefined) {
    checkVoteState(paths, given.hash);
    replaceFile(paths.genesis, text, 0o644);
  }
  bindVoteState(paths, given.hash);
  return own ?? given;
}

/**
 * A home for a development chain with one validator, which the treasury owns. Keys and accounts that are there
 * already are used; the home must not have a genesis.
 * @param before as of `makeValidatorKeys`
 */
export function initDevelopmentHome(
  paths: HomePaths,
  chain: Omit<DevelopmentChain, 'accounts' | 'validators'>,
  before?: (keys: NodePublicKeys) => void,
): OpenedGenesis {
  prepareHome(paths);
  const keys = readValidatorKeys(paths) ?? makeValidatorKeys(paths, undefined, before);
  const accounts = developmentAccounts(paths.home);
  const validators = [genesisValidator(keys, chain.name ?? 'dev', accounts[0].address, developmentStake)];
  return installGenesis(paths, genesisFileText(developmentGenesis({ ...chain, accounts, validators })));
}
