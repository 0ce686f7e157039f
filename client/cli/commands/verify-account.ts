/**
 * `wallet verify PROOF --account WHO`: that an account held what a proof says, against a genesis file or a validator set
 * that is trusted. Sets in between are asked of a node, which is believed nothing.
 */
import { validatorsHash } from '../../../ledger/values/identity.js';
import { maxGenesisBytes } from '../../../ledger/values/limits.js';
import type { AccountEntry, EpochEntry } from '../../../ledger/values/state.js';
import type { Address, ChainId } from '../../../ledger/values/text.js';
import { isChainIdText } from '../../../ledger/values/text-forms.js';
import { checkAddress } from '../../account.js';
import { formatAmount } from '../../amounts.js';
import type { AccountProofAnswer, Token } from '../../api-types.js';
import type { Check } from '../../check.js';
import { clientCrypto } from '../../crypto.js';
import { verifyAccountProof } from '../../light/account-proof.js';
import { decodeAccountProof, decodeValidators } from '../../light/decode-answers.js';
import { verifyFinalHeader } from '../../light/follow-epochs.js';
import { reachEpoch } from '../../light/reach-epoch.js';
import { type Trust, trustGenesis } from '../../light/trust.js';
import { usageProblem } from '../cli-problem.js';
import type { Context } from '../context.js';
import { inputName, readJson } from '../input-file.js';

export interface VerifyAccountOptions {
  readonly account?: string;
  readonly genesis?: string;
  readonly epoch?: string;
}

type Json = { readonly [member: string]: unknown };

interface Trusted {
  readonly chain: ChainId;
  readonly epoch: EpochEntry;
  /** In a sentence: what is trusted. */
  readonly name: string;
  /** Known from genesis alone. */
  readonly token?: Token;
}

export interface AccountChecks {
  readonly checks: readonly Check[];
  /** Absent if a check fails. */
  readonly proved?: object;
}

export const isAccountProof = (value: Json): boolean => value.proof !== undefined && value.entry !== undefined;

export async function accountChecks(
  context: Context,
  file: string,
  value: Json,
  options: VerifyAccountOptions,
): Promise<AccountChecks> {
  const trusted = await readTrusted(options, value);
  const address = accountOf(options.account);
  const form = decodeAccountProof(trusted.chain, value);
  if (!form.ok) return { checks: [named('form', false, `${inputName(file)}: ${form.problem}`)] };
  const answer = form.value;
  const { header } = answer;
  const reached = await reachEpoch(clientCrypto, trusted.chain, trusted.epoch, context.client, header.epoch);
  if (!reached.ok) return { checks: [named('epoch', false, reached.problem)] };
  const set = reached.value;
  const way =
    set.number === trusted.epoch.number
      ? `The validators of epoch ${set.number} are those of ${trusted.name}.`
      : `The validators of epoch ${set.number} follow from ${trusted.name} by final closing blocks.`;
  const epoch = named('epoch', true, way);
  const final = verifyFinalHeader(clientCrypto, trusted.chain, set, answer);
  if (!final.ok) return { checks: [epoch, named('certificate', false, final.problem)] };
  const { stake, total, share } = stakeBehind(answer, set);
  const votes = `${answer.certificate.signers.length} of ${set.validators.length} validators`;
  const certificate = named(
    'certificate',
    true,
    `Block ${header.index} of ${trusted.chain} is final by ${votes} with ${share} % of the stake.`,
  );
  const entry = verifyAccountProof(clientCrypto, trusted.chain, set, address, answer);
  if (!entry.ok) return { checks: [epoch, certificate, named('account', false, entry.problem)] };
  const account = named('account', true, `${address} ${held(entry.value, trusted.token)} block ${header.index}.`);
  return {
    checks: [epoch, certificate, account],
    proved: {
      address,
      balance: entry.value?.balance ?? 0,
      entry: entry.value,
      chain: trusted.chain,
      index: header.index,
      block: header.hash,
      epoch: header.epoch,
      stake,
      total_stake: total,
    },
  };
}

/** The file of a set names no chain: then it is the proof's, which the votes of that set name as well. */
async function readTrusted(options: VerifyAccountOptions, value: Json): Promise<Trusted> {
  const { genesis, epoch } = options;
  if ((genesis === undefined) === (epoch === undefined)) {
    throw usageProblem(
      genesis === undefined
        ? 'A proof proves nothing without something to trust.'
        : 'A proof is checked against one thing that is trusted, not two.',
      'Name the genesis file with --genesis, or with --epoch a copy of GET /v1/epochs/N that you trust.',
    );
  }
  if (genesis !== undefined) return { ...(await readGenesis(genesis)), name: 'genesis' };
  const { chain } = object(value.header);
  if (typeof chain !== 'string' || !isChainIdText(chain)) {
    throw usageProblem('The header of the proof names no chain.', 'Give what GET /v1/proofs/accounts/ADDRESS prints.');
  }
  return { chain: chain as ChainId, epoch: await readEpoch(epoch ?? ''), name: epoch ?? '' };
}

async function readGenesis(path: string): Promise<Trust> {
  const json = await readJson(path, maxGenesisBytes);
  const trust = json.ok ? trustGenesis(clientCrypto, json.value) : json;
  if (!trust.ok) throw usageProblem(`${path}: ${trust.problem}`, 'Give the genesis.json that the chain began with.');
  return trust.value;
}

async function readEpoch(path: string): Promise<EpochEntry> {
  const json = await readJson(path);
  const { number, nonce, validators: given } = json.ok ? object(json.value) : ({} as Json);
  const validators = decodeValidators(given);
  if (!validators.ok || typeof number !== 'number') {
    throw usageProblem(`${path} does not hold the validators of an epoch.`, 'Save GET /v1/epochs/N there.');
  }
  // What the file says about its own hash counts for nothing.
  const hash = validatorsHash(clientCrypto, validators.value);
  return { kind: 'epoch', number, nonce, validators: validators.value, validators_hash: hash } as EpochEntry;
}

function accountOf(account: string | undefined): Address {
  const prefix = /^([a-z]{1,16})1/.exec(account ?? '')?.[1];
  const checked = account === undefined || prefix === undefined ? undefined : checkAddress(account, prefix);
  if (checked?.ok === true) return checked.value;
  throw usageProblem(
    account === undefined
      ? 'A proof does not say whose account it is about.'
      : `--account ${account} is not an address.`,
    'Name the address with --account; `wallet address NAME` shows that of a key.',
  );
}

function stakeBehind({ certificate }: AccountProofAnswer, set: EpochEntry) {
  const stake = certificate.signers.reduce((sum, signer) => sum + (set.validators[signer]?.stake ?? 0), 0);
  const total = set.validators.reduce((sum, member) => sum + member.stake, 0);
  // Rounded down: two thirds and no more are not to be shown as more.
  return { stake, total, share: Math.floor((stake / total) * 1000) / 10 };
}

function held(entry: AccountEntry | null, token: Token | undefined): string {
  if (entry === null) return 'was never seen up to';
  return `held ${token === undefined ? `${entry.balance} smallest units` : formatAmount(entry.balance, token)} after`;
}

const named = (name: string, good: boolean, detail: string): Check => ({
  name,
  verdict: good ? 'holds' : 'fails',
  detail,
});

const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
