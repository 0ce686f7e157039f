/** `wallet sign` (offline) and `wallet submit FILE`: signing and handing in apart from each other. */

import { decodeTransaction } from '../../../ledger/values/decode-transaction.js';
import { toAmount, toNonce } from '../../../ledger/values/numbers.js';
import type { ChainId } from '../../../ledger/values/text.js';
import { isChainIdText } from '../../../ledger/values/text-forms.js';
import { checkAddress } from '../../account.js';
import { frameTransaction } from '../../wallet.js';
import { usageProblem } from '../cli-problem.js';
import type { Context } from '../context.js';
import { inputName, readJson } from '../input-file.js';
import { openAccount } from '../names.js';
import { finalityText, readInteger, readLane, type SigningOptions, sendSigned, sentData } from '../payment.js';

export interface SignOptions {
  readonly chain: string;
  readonly nonce: string;
  /** Smallest units: no node is there to tell the decimals. */
  readonly fee: string;
  readonly prefix?: string;
  readonly lane?: string;
  readonly memo?: string;
  readonly expiresSlot?: string;
}

/** Amounts are integers of the smallest unit here, and recipients are addresses. */
export async function signOffline(
  context: Context,
  from: string,
  to: string,
  amount: string,
  options: SignOptions,
): Promise<void> {
  if (!isChainIdText(options.chain)) {
    throw usageProblem(`--chain ${options.chain} is not a chain id.`, 'Copy `chain` from the node’s /v1/status.');
  }
  const prefix = options.prefix ?? context.offlinePrefix();
  const recipient = checkAddress(to, prefix);
  if (!recipient.ok) throw usageProblem(`${to} is not an address: ${recipient.problem}`, 'Copy it once more.');
  const units = toAmount(readInteger(amount, 'The amount', 1));
  const account = await openAccount(context, from, prefix);
  const transaction = frameTransaction(
    { type: 'transfer', outputs: [{ to: recipient.value, amount: units }] },
    {
      chain: options.chain as ChainId,
      account,
      nonce: toNonce(readInteger(options.nonce, '--nonce', 0)),
      fee: toAmount(readInteger(options.fee, '--fee', 0)),
      lane: readLane(options.lane),
      memo: options.memo,
      expiresSlot:
        options.expiresSlot === undefined ? undefined : readInteger(options.expiresSlot, '--expires-slot', 0),
    },
  );
  context.terminal.result(transaction, () => JSON.stringify(transaction));
}

export async function submit(context: Context, file: string, options: SigningOptions): Promise<void> {
  const json = await readJson(file);
  if (!json.ok)
    throw usageProblem(
      `${inputName(file)} is not a signed transaction. ${json.problem}`,
      'Give what `wallet sign` prints.',
    );
  const [status, limits] = await Promise.all([context.chain(), context.limits()]);
  const { chain, address_prefix: prefix } = status;
  const transaction = decodeTransaction(json.value, { chain, prefix, parameters: limits.parameters });
  if (!transaction.ok) {
    const { path, detail } = transaction.problem;
    const where = path === '' ? '' : ` At ${path}:`;
    throw usageProblem(
      `${inputName(file)} is not a signed transaction of this chain.${where} ${detail}`,
      'Give what `wallet sign` prints.',
    );
  }
  const started = performance.now();
  const answer = await sendSigned(context, transaction.value, options);
  const sent = { transaction: transaction.value, answer, tookMs: performance.now() - started };
  context.terminal.result(sentData(sent), () => finalityText(status, sent));
}
