/** What is to be proved comes from anybody: its form is judged before anything is reckoned with it. */

import type { HashedHeader } from '../../ledger/values/block.js';
import { blockDecoders } from '../../ledger/values/decode-block.js';
import {
  addressDecoder,
  decodeAmount,
  decodeHash,
  decodeNonce,
  decodePublicKey,
} from '../../ledger/values/decode-text.js';
import { type ChainRules, decodeTransaction } from '../../ledger/values/decode-transaction.js';
import { decodeCertificate } from '../../ledger/values/decode-vote.js';
import { maxLane } from '../../ledger/values/limits.js';
import type { MerkleProof } from '../../ledger/values/merkle.js';
import { productionParameters } from '../../ledger/values/parameters.js';
import { type DecodeProblem, err, ok, type Result } from '../../ledger/values/result.js';
import {
  type Decoder,
  integer,
  isObject,
  list,
  nullable,
  oneOf,
  record,
  refuse,
  textOf,
} from '../../ledger/values/shape.js';
import type { AccountEntry, SetMember } from '../../ledger/values/state.js';
import type { Address, ChainId } from '../../ledger/values/text.js';
import type { AccountProofAnswer, TransactionProofAnswer } from '../api-types.js';
import type { FinalHeader } from './follow-epochs.js';

/** Validators of any chain; no certificate has more signers. */
const maxValidators = 400;
/** Node texts: the tree is not as deep by far. */
const maxProofLength = 1_024;

/** A header and the certificate beside it, of a chain whose other rules are not known here. */
export function decodeFinalHeader(chain: ChainId, given: unknown): Result<FinalHeader, string> {
  if (!isObject(given) || !isObject(given.header)) return err('There is no header.');
  const header = decodeHeader(chain, given.header);
  if (!header.ok) return err(sentence('header', header.problem));
  const certificate = decodeCertificate(given.certificate, maxValidators);
  if (!certificate.ok) return err(sentence('certificate', certificate.problem));
  return ok({ header: header.value, certificate: certificate.value });
}

function decodeHeader(chain: ChainId, given: unknown): Result<HashedHeader, DecodeProblem> {
  return blockDecoders(widestRules(chain, 'sl', isObject(given) && given.work !== undefined)).hashedHeader(given);
}

/** What stands before the `1` of an address, if it may be one. */
export function prefixOf(address: unknown): string | undefined {
  return typeof address === 'string' ? /^([a-z]{1,16})1/.exec(address)?.[1] : undefined;
}

/** Without the chain's genesis, the widest bounds count: what breaks a narrower one is for the chain's nodes. */
export function widestRules(chain: ChainId, prefix = 'sl', work = false): ChainRules {
  const widest = { max_outputs: 1024, max_memo_bytes: 4096, max_validators: maxValidators, difficulty: work ? 1 : 0 };
  return { chain, prefix, parameters: { ...productionParameters, ...widest } };
}

const isLane = (name: string): boolean => /^(0|[1-9][0-9]{0,2})$/.test(name) && Number(name) <= maxLane;

const nonces: Decoder<AccountEntry['nonces']> = (value) => {
  if (!isObject(value) || !Object.keys(value).every(isLane)) return refuse('Nonces by lane are expected here.');
  for (const nonce of Object.values(value)) {
    const decoded = decodeNonce(nonce);
    if (!decoded.ok) return decoded;
  }
  return ok({ ...value } as AccountEntry['nonces']);
};

const entry = nullable(record<AccountEntry>({ kind: oneOf('account'), balance: decodeAmount, nonces }));
const proof = list(
  textOf<string>(() => true, 'The text of a node'),
  maxProofLength,
);

/** An answer of `GET /v1/proofs/accounts/{address}`. */
export function decodeAccountProof(
  chain: ChainId,
  given: unknown,
): Result<AccountProofAnswer & { readonly proof: readonly string[] }, string> {
  const final = decodeFinalHeader(chain, given);
  if (!final.ok) return final;
  const answer = given as { readonly entry?: unknown; readonly proof?: unknown };
  const account = entry(answer.entry);
  if (!account.ok) return err(sentence('entry', account.problem));
  const texts = proof(answer.proof);
  if (!texts.ok) return err(sentence('proof', texts.problem));
  return ok({ ...final.value, entry: account.value, proof: texts.value });
}

/** Blocks that one certificate proves with those before them. Where each has its own, there are none. */
const maxDescendants = 4_096;
const merkleProof = record<MerkleProof>({ index: integer(0), size: integer(1), path: list(decodeHash, 53) });

/** An answer of `GET /v1/proofs/transactions/{id}`. */
export function decodeTransactionProof(chain: ChainId, given: unknown): Result<TransactionProofAnswer, string> {
  const final = decodeFinalHeader(chain, given);
  if (!final.ok) return final;
  const answer = given as { readonly [member: string]: unknown };
  const descendants: HashedHeader[] = [];
  if (!Array.isArray(answer.descendants) || answer.descendants.length > maxDescendants) {
    return err(`At descendants: A list of at most ${maxDescendants} headers is expected.`);
  }
  for (const [at, header] of answer.descendants.entries()) {
    const decoded = decodeHeader(chain, header);
    if (!decoded.ok) return err(sentence(`descendants[${at}]`, decoded.problem));
    descendants.push(decoded.value);
  }
  const path = merkleProof(answer.proof);
  if (!path.ok) return err(sentence('proof', path.problem));
  const from = isObject(answer.transaction) ? answer.transaction.from : undefined;
  const transaction = decodeTransaction(answer.transaction, widestRules(chain, prefixOf(from)));
  if (!transaction.ok) return err(sentence('transaction', transaction.problem));
  return ok({ ...final.value, transaction: transaction.value, proof: path.value, descendants });
}

const anyAddress: Decoder<Address> = (value) => addressDecoder(prefixOf(value) ?? 'sl')(value);
const member = record<SetMember>({
  key: decodePublicKey,
  vrf_key: decodePublicKey,
  owner: anyAddress,
  stake: decodeAmount,
});

const withoutName = (given: unknown): unknown => {
  if (!isObject(given)) return given;
  const { name: _, ...rest } = given;
  return rest;
};

/** Members of a set as `GET /v1/epochs/{epoch}` names them; what is only shown is left out. */
export function decodeValidators(given: unknown): Result<readonly SetMember[], string> {
  const bare = Array.isArray(given) ? given.map(withoutName) : given;
  const decoded = list(member, maxValidators, 1)(bare);
  return decoded.ok ? decoded : err(sentence('validators', decoded.problem));
}

const sentence = (where: string, { path, detail }: DecodeProblem): string =>
  `At ${where}${path === '' || path.startsWith('[') ? path : `.${path}`}: ${detail}`;
