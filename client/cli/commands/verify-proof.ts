/**
 * What all proofs have in common: something that is trusted, the way from it to the validators of the proof, and a
 * finality certificate by these. A node that is asked for the way is believed nothing.
 */
import { validatorsHash } from '../../../ledger/values/identity.js';
import { maxGenesisBytes } from '../../../ledger/values/limits.js';
import type { Result } from '../../../ledger/values/result.js';
import type { EpochEntry } from '../../../ledger/values/state.js';
import type { ChainId } from '../../../ledger/values/text.js';
import { isChainIdText } from '../../../ledger/values/text-forms.js';
import type { EpochLink, Token } from '../../api-types.js';
import type { Check } from '../../check.js';
import { clientCrypto } from '../../crypto.js';
import { decodeValidators } from '../../light/decode-answers.js';
import { type FinalHeader, followEpochs, verifyFinalHeader } from '../../light/follow-epochs.js';
import { reachEpoch } from '../../light/reach-epoch.js';
import { type Trust, trustGenesis } from '../../light/trust.js';
import { usageProblem } from '../cli-problem.js';
import type { Context } from '../context.js';
import { readJson } from '../input-file.js';

/** A proof with its links: some 25,000 epochs of four validators. */
export const maxProofBytes = 64 * 1_048_576;

export interface TrustOptions {
  readonly genesis?: string;
  readonly epoch?: string;
  /** Where the validators that it led to are kept. */
  readonly saveEpoch?: string;
}

export type Json = { readonly [member: string]: unknown };

export interface Trusted {
  readonly chain: ChainId;
  readonly epoch: EpochEntry;
  /** In a sentence: what is trusted. */
  readonly name: string;
  /** Known from genesis alone. */
  readonly token?: Token;
}

export interface Checked {
  readonly checks: readonly Check[];
  /** Absent if a check fails. */
  readonly proved?: object;
  /** Of a proof, where nothing fails: whose votes it rests on. */
  readonly set?: EpochEntry;
  /** Beside `set`. */
  readonly chain?: ChainId;
}

/** A node's answer about a set names no chain: then it is the proof's, which the votes of that set name as well. */
export async function readTrusted({ genesis, epoch }: TrustOptions, proof: Json): Promise<Trusted> {
  if ((genesis === undefined) === (epoch === undefined)) {
    throw usageProblem(
      genesis === undefined
        ? 'A proof proves nothing without something to trust.'
        : 'A proof is checked against one thing that is trusted, not two.',
      'Name the genesis file with --genesis, or with --epoch a copy of GET /v1/epochs/N that you trust.',
    );
  }
  if (genesis !== undefined) return { ...(await readGenesis(genesis)), name: 'genesis' };
  const { chain } = object(proof.header);
  if (typeof chain !== 'string' || !isChainIdText(chain)) {
    throw usageProblem(
      'The header of the proof names no chain.',
      'Give what GET /v1/proofs/… or `wallet prove` prints.',
    );
  }
  return { chain: chain as ChainId, epoch: await readEpoch(epoch ?? '', chain as ChainId), name: epoch ?? '' };
}

export interface Reached {
  readonly set: EpochEntry;
  readonly check: Check;
}

/** By the links in the proof; where it has none, by those that a node tells. @returns the check that fails otherwise */
export async function reach(
  context: Context,
  trusted: Trusted,
  proof: Json,
  number: number,
): Promise<Result<Reached, Check>> {
  const reached =
    proof.links === undefined
      ? await reachEpoch(clientCrypto, trusted.chain, trusted.epoch, context.client, number)
      : followLinks(trusted, proof.links, number);
  if (!reached.ok) return { ok: false, problem: named('epoch', false, reached.problem) };
  const set = reached.value;
  const way =
    number === trusted.epoch.number
      ? `The validators of epoch ${number} are those of ${trusted.name}.`
      : `The validators of epoch ${number} follow from ${trusted.name} by final closing blocks.`;
  return { ok: true, value: { set, check: named('epoch', true, way) } };
}

/** Links up to what is trusted already lead to it, and are not needed. */
function followLinks(trusted: Trusted, links: unknown, number: number): Result<EpochEntry, string> {
  if (!Array.isArray(links)) return { ok: false, problem: 'At links: A list is expected.' };
  const needed = links.filter((link) => !(nextNumber(link) <= trusted.epoch.number || nextNumber(link) > number));
  const reached = followEpochs(clientCrypto, trusted.chain, trusted.epoch, needed as EpochLink[]);
  if (!reached.ok || reached.value.number === number) return reached;
  return {
    ok: false,
    problem: `The links of the proof lead to epoch ${reached.value.number}, not to epoch ${number}.`,
  };
}

function nextNumber(link: unknown): number {
  const { number } = object(object(object(link).header).next_epoch);
  return typeof number === 'number' ? number : Number.NaN;
}

export interface Behind {
  readonly stake: number;
  readonly total: number;
  readonly check: Check;
}

/** @returns the certificate's share of the stake, or the check that fails */
export function finality(chain: ChainId, set: EpochEntry, final: FinalHeader): Result<Behind, Check> {
  const verified = verifyFinalHeader(clientCrypto, chain, set, final);
  if (!verified.ok) return { ok: false, problem: named('certificate', false, verified.problem) };
  const { signers } = final.certificate;
  const stake = signers.reduce((sum, signer) => sum + (set.validators[signer]?.stake ?? 0), 0);
  const total = set.validators.reduce((sum, member) => sum + member.stake, 0);
  // Rounded down: two thirds and no more are not to be shown as more.
  const share = Math.floor((stake / total) * 1000) / 10;
  const votes = `${signers.length} of ${set.validators.length} validators`;
  const detail = `Block ${final.header.index} of ${chain} is final by ${votes} with ${share} % of the stake.`;
  return { ok: true, value: { stake, total, check: named('certificate', true, detail) } };
}

async function readGenesis(path: string): Promise<Trust> {
  const json = await readJson(path, maxGenesisBytes);
  const trust = json.ok ? trustGenesis(clientCrypto, json.value) : json;
  if (!trust.ok) throw usageProblem(`${path}: ${trust.problem}`, 'Give the genesis.json that the chain began with.');
  return trust.value;
}

/** @param chain what `--save-epoch` has written names its chain, and does for no other */
export async function readEpoch(path: string, chain: ChainId): Promise<EpochEntry> {
  const json = await readJson(path);
  const epoch = json.ok ? epochFrom(json.value) : undefined;
  if (!json.ok || epoch === undefined)
    throw usageProblem(`${path} does not hold the validators of an epoch.`, 'Save GET /v1/epochs/N there.');
  const { chain: kept } = object(json.value);
  if (kept === undefined || kept === chain) return epoch;
  const fix = 'Name a set of the chain that you mean, or get what is of that chain.';
  throw usageProblem(`${path} holds validators of another chain than ${chain}.`, fix);
}

/** @param given an answer of GET /v1/epochs/N; what it says about its own hash counts for nothing */
export function epochFrom(given: unknown): EpochEntry | undefined {
  const { number, nonce, validators: named } = object(given);
  const validators = decodeValidators(named);
  if (!validators.ok || typeof number !== 'number') return undefined;
  const hash = validatorsHash(clientCrypto, validators.value);
  return { kind: 'epoch', number, nonce, validators: validators.value, validators_hash: hash } as EpochEntry;
}

export const named = (name: string, good: boolean, detail: string): Check => ({
  name,
  verdict: good ? 'holds' : 'fails',
  detail,
});

export const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
