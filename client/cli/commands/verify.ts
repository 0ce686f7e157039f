/**
 * `wallet verify FILE`: hashes and signatures of a transaction, or of a block with its certificate, without a node; a proof
 * without believing one.
 */
import { decodeBlock } from '../../../ledger/values/decode-block.js';
import { type ChainRules, decodeTransaction } from '../../../ledger/values/decode-transaction.js';
import { decodeCertificate } from '../../../ledger/values/decode-vote.js';
import type { DecodeProblem, Result } from '../../../ledger/values/result.js';
import type { EpochEntry } from '../../../ledger/values/state.js';
import type { ChainId } from '../../../ledger/values/text.js';
import { isChainIdText } from '../../../ledger/values/text-forms.js';
import { type Check, checkBlock, checkCertificate, checkTransaction, checkValidators } from '../../check.js';
import { clientCrypto } from '../../crypto.js';
import { prefixOf, widestRules } from '../../light/decode-answers.js';
import { CliProblem, usageProblem } from '../cli-problem.js';
import type { Context } from '../context.js';
import { inputName, readJson } from '../input-file.js';
import { replaceFile } from '../replace-file.js';
import { colour } from '../terminal.js';
import { accountChecks, isAccountProof, type VerifyAccountOptions } from './verify-account.js';
import { type Checked, type Json, maxProofBytes, object, readEpoch } from './verify-proof.js';
import { isTransactionProof, transactionProofChecks } from './verify-transaction.js';

export type VerifyOptions = VerifyAccountOptions;

const marks = { holds: colour.green('✔'), fails: colour.red('✘'), unchecked: colour.yellow('–') } as const;

export async function verify(context: Context, file: string, options: VerifyOptions): Promise<void> {
  const json = await readJson(file, maxProofBytes);
  if (!json.ok)
    throw usageProblem(`${inputName(file)}: ${json.problem}`, 'Give JSON that a node or `wallet sign` printed.');
  const value = object(json.value);
  const checked = await checksOf(context, file, value, options);
  const { checks, proved } = checked;
  const holds = checks.every((check) => check.verdict !== 'fails');
  if (holds && options.saveEpoch !== undefined) saveEpoch(file, options.saveEpoch, checked);
  context.terminal.result({ holds, checks, ...(proved === undefined ? {} : { proved }) }, () =>
    checks.map(({ name, verdict, detail }) => `${marks[verdict]} ${name}: ${detail}`).join('\n'),
  );
  if (!holds) throw new CliProblem('invalid', `${inputName(file)} does not hold.`, 'Do not trust it.');
}

async function checksOf(context: Context, file: string, value: Json, options: VerifyOptions): Promise<Checked> {
  if (isAccountProof(value)) return accountChecks(context, file, value, options);
  if (isTransactionProof(value)) {
    refuse(options, ['account'], `${inputName(file)} is a proof of a transaction, which names its accounts itself.`);
    return transactionProofChecks(context, file, value, options);
  }
  if (value.block !== undefined) {
    refuse(options, ['genesis', 'account'], `${inputName(file)} is a block, which is checked against --epoch alone.`);
    return { checks: await blockChecks(file, value, options) };
  }
  const checks = transactionChecks(file, object(value.transaction ?? value));
  refuse(
    options,
    ['genesis', 'epoch', 'account'],
    `${inputName(file)} is a transaction without a proof: a signature does not show that it is final.`,
    'Ask for what `wallet prove ID` prints; or, to check the signature alone, leave out ',
  );
  return { checks };
}

/** Who names what is trusted asks for more than what the file can show: exit code 0 would say that it holds. */
function refuse(
  options: VerifyOptions,
  names: readonly (keyof VerifyOptions)[],
  problem: string,
  fix = 'Leave out ',
): void {
  const given = names.filter((name) => options[name] !== undefined).map((name) => `--${name}`);
  if (given.length > 0) throw usageProblem(problem, `${fix}${given.join(' and ')}.`);
}

/** In the form of GET /v1/epochs/N, for `--epoch` the next time, with the chain: that is not asked of a proof then. */
function saveEpoch(file: string, path: string, { set, chain }: Checked): void {
  if (set === undefined) {
    throw usageProblem(`${inputName(file)} is no proof and leads to no validators.`, 'Leave out --save-epoch.');
  }
  const { number, nonce, validators, validators_hash } = set;
  replaceFile(path, `${JSON.stringify({ chain, number, nonce, validators, validators_hash })}\n`);
}

function transactionChecks(file: string, value: Json): readonly Check[] {
  const rules = rulesOf(file, value.chain, value.from);
  const detail = 'Not checked: a transaction alone does not show it. `wallet prove` prints what does.';
  return [
    ...checkTransaction(clientCrypto, good(file, decodeTransaction(value, rules)), rules.prefix),
    { name: 'final', verdict: 'unchecked', detail },
  ];
}

async function blockChecks(file: string, value: Json, options: VerifyOptions): Promise<readonly Check[]> {
  const raw = object(value.block);
  const [first] = Array.isArray(raw.transactions) ? raw.transactions : [];
  const rules = rulesOf(file, raw.chain, object(first).from ?? 'sl1', raw.work !== undefined);
  const block = good(file, decodeBlock(raw, rules));
  const checks = checkBlock(clientCrypto, block, rules.prefix);
  // With validators to check it against, a certificate is asked for.
  const verdict = options.epoch === undefined ? 'unchecked' : 'fails';
  if (value.certificate === undefined) {
    const detail = 'There is none: this file does not show that the block is final.';
    return [...checks, { name: 'certificate', verdict, detail }];
  }
  const certificate = good(file, decodeCertificate(value.certificate, rules.parameters.max_validators));
  if (certificate.block !== block.hash) {
    const detail = `It is of another block, ${certificate.block}: this file alone does not show that the block is final.`;
    return [...checks, { name: 'certificate', verdict, detail }];
  }
  if (options.epoch === undefined) {
    const detail = `Not checked: name the validators with --epoch, a copy of GET /v1/epochs/${certificate.epoch}.`;
    return [...checks, { name: 'certificate', verdict: 'unchecked', detail }];
  }
  const set = await validatorsFrom(options.epoch, certificate.epoch, rules.chain);
  return [
    ...checks,
    checkValidators(clientCrypto, block, set),
    checkCertificate(clientCrypto, certificate, rules.chain, set),
  ];
}

function rulesOf(file: string, chain: unknown, address: unknown, work = false): ChainRules {
  const prefix = prefixOf(address);
  if (typeof chain !== 'string' || !isChainIdText(chain) || prefix === undefined) {
    throw usageProblem(
      `${inputName(file)} is neither a transaction, nor a block with its certificate, nor a proof.`,
      'Give what `wallet sign`, `wallet prove`, GET /v1/transactions/ID, /v1/blocks/N or /v1/proofs/… prints.',
    );
  }
  return widestRules(chain as ChainId, prefix, work);
}

async function validatorsFrom(path: string, epoch: number, chain: ChainId): Promise<EpochEntry> {
  const set = await readEpoch(path, chain);
  if (set.number === epoch) return set;
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
