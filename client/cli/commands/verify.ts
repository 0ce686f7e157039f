/**
 * `wallet verify FILE`: hashes and signatures of a transaction, or of a block with its certificate, without a node; a proof
 * without believing one.
 */
import { writeFile } from 'node:fs/promises';
import { decodeBlock } from '../../../ledger/values/decode-block.js';
import { type ChainRules, decodeTransaction } from '../../../ledger/values/decode-transaction.js';
import { decodeCertificate } from '../../../ledger/values/decode-vote.js';
import type { DecodeProblem, Result } from '../../../ledger/values/result.js';
import type { EpochEntry } from '../../../ledger/values/state.js';
import type { ChainId } from '../../../ledger/values/text.js';
import { isChainIdText } from '../../../ledger/values/text-forms.js';
import { type Check, checkBlock, checkCertificate, checkTransaction, checkValidators } from '../../check.js';
import { clientCrypto } from '../../crypto.js';
import { widestRules } from '../../light/decode-answers.js';
import { CliProblem, usageProblem } from '../cli-problem.js';
import type { Context } from '../context.js';
import { inputName, readJson } from '../input-file.js';
import { colour } from '../terminal.js';
import { accountChecks, isAccountProof, type VerifyAccountOptions } from './verify-account.js';
import { type Checked, epochFrom, type Json, maxProofBytes, object } from './verify-proof.js';
import { isTransactionProof, transactionProofChecks } from './verify-transaction.js';

export type VerifyOptions = VerifyAccountOptions;

const marks = { holds: colour.green('✔'), fails: colour.red('✘'), unchecked: colour.yellow('–') } as const;

export async function verify(context: Context, file: string, options: VerifyOptions): Promise<void> {
  const json = await readJson(file, maxProofBytes);
  if (!json.ok)
    throw usageProblem(`${inputName(file)}: ${json.problem}`, 'Give JSON that a node or `wallet sign` printed.');
  const value = object(json.value);
  const { checks, proved, set } = await checksOf(context, file, value, options);
  const holds = checks.every((check) => check.verdict !== 'fails');
  if (holds && options.saveEpoch !== undefined) await saveEpoch(file, options.saveEpoch, set);
  context.terminal.result({ holds, checks, ...(proved === undefined ? {} : { proved }) }, () =>
    checks.map(({ name, verdict, detail }) => `${marks[verdict]} ${name}: ${detail}`).join('\n'),
  );
  if (!holds) throw new CliProblem('invalid', `${inputName(file)} does not hold.`, 'Do not trust it.');
}

async function checksOf(context: Context, file: string, value: Json, options: VerifyOptions): Promise<Checked> {
  if (isAccountProof(value)) return accountChecks(context, file, value, options);
  if (isTransactionProof(value)) return transactionProofChecks(context, file, value, options);
  if (value.block !== undefined) return { checks: await blockChecks(file, value, options) };
  return { checks: transactionChecks(file, object(value.transaction ?? value)) };
}

/** In the form of GET /v1/epochs/N, for `--epoch` the next time. */
async function saveEpoch(file: string, path: string, set: EpochEntry | undefined): Promise<void> {
  if (set === undefined) {
    throw usageProblem(`${inputName(file)} is no proof and leads to no validators.`, 'Leave out --save-epoch.');
  }
  const { number, nonce, validators, validators_hash } = set;
  await writeFile(path, `${JSON.stringify({ number, nonce, validators, validators_hash })}\n`);
}

function transactionChecks(file: string, value: Json): readonly Check[] {
  const rules = rulesOf(file, value.chain, value.from);
  return checkTransaction(clientCrypto, good(file, decodeTransaction(value, rules)), rules.prefix);
}

async function blockChecks(file: string, value: Json, options: VerifyOptions): Promise<readonly Check[]> {
  const raw = object(value.block);
  const [first] = Array.isArray(raw.transactions) ? raw.transactions : [];
  const rules = rulesOf(file, raw.chain, object(first).from ?? 'sl1', raw.work !== undefined);
  const block = good(file, decodeBlock(raw, rules));
  const checks = checkBlock(clientCrypto, block, rules.prefix);
  if (value.certificate === undefined) return checks;
  const certificate = good(file, decodeCertificate(value.certificate, rules.parameters.max_validators));
  if (certificate.block !== block.hash) {
    const detail = `It is of a later block, ${certificate.block}: this file alone does not show that the block is final.`;
    return [...checks, { name: 'certificate', verdict: 'unchecked', detail }];
  }
  if (options.epoch === undefined) {
    const detail = `Not checked: name the validators with --epoch, a copy of GET /v1/epochs/${certificate.epoch}.`;
    return [...checks, { name: 'certificate', verdict: 'unchecked', detail }];
  }
  const set = await validatorsFrom(options.epoch, certificate.epoch);
  return [
    ...checks,
    checkValidators(clientCrypto, block, set),
    checkCertificate(clientCrypto, certificate, rules.chain, set),
  ];
}

function rulesOf(file: string, chain: unknown, address: unknown, work = false): ChainRules {
  const prefix = /^([a-z]{1,16})1/.exec(String(address))?.[1];
  if (typeof chain !== 'string' || !isChainIdText(chain) || prefix === undefined) {
    throw usageProblem(
      `${inputName(file)} is neither a transaction, nor a block with its certificate, nor a proof.`,
      'Give what `wallet sign`, `wallet prove`, GET /v1/transactions/ID, /v1/blocks/N or /v1/proofs/… prints.',
    );
  }
  return widestRules(chain as ChainId, prefix, work);
}

async function validatorsFrom(path: string, epoch: number): Promise<EpochEntry> {
  const json = await readJson(path);
  const set = json.ok ? epochFrom(json.value) : undefined;
  if (set?.number === epoch) return set;
  throw usageProblem(`${path} does not hold the validators of epoch ${epoch}.`, `Save GET /v1/epochs/${epoch} there.`);
}

function good<T>(file: string, decoded: Result<T, DecodeProblem>): T {
  if (decoded.ok) return decoded.value;
  const { path, detail } = decoded.problem;
  throw new CliProblem(
    'invalid',
    `${inputName(file)}${path === '' ? '' : `, at ${path}`}: ${detail}`,
    'Do not trust it.',
  );
}
