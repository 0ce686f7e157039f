/** `wallet send FROM TO AMOUNT`: one signed payment to one or many, and the wait until it is final. */
import type { Amount } from '../../../ledger/values/numbers.js';
import type { Output } from '../../../ledger/values/transaction.js';
import { formatAmount, formatNumber } from '../../amounts.js';
import type { StatusAnswer } from '../../api-types.js';
import { untilCaughtUp } from '../catching-up.js';
import { CliProblem, usageProblem } from '../cli-problem.js';
import type { Context } from '../context.js';
import { type Named, openAccount, resolveAccount } from '../names.js';
import { confirm } from '../passwords.js';
import { finalityText, readAmount, readFee, type SigningOptions, sentData, signAndSend } from '../payment.js';

export interface SendCommandOptions extends SigningOptions {
  /** `who=amount` each. */
  readonly to?: readonly string[];
}

interface Payment {
  readonly to: Named;
  readonly amount: Amount;
}

export async function send(
  context: Context,
  from: string,
  to: string | undefined,
  amount: string | undefined,
  options: SendCommandOptions,
): Promise<void> {
  const wanted = wantedPayments(to, amount, options.to ?? []);
  await untilCaughtUp(context, options);
  const [status, limits] = await Promise.all([context.chain(), context.limits()]);
  const payments: Payment[] = [];
  for (const [who, text] of wanted) {
    payments.push({ amount: readAmount(text, status.token), to: await resolveAccount(context, who) });
  }
  const outputs: Output[] = payments.map((payment) => ({ to: payment.to.address, amount: payment.amount }));
  const intent = { type: 'transfer', outputs } as const;
  const fee = readFee(intent, options, status, limits);
  const account = await openAccount(context, from, status.address_prefix);
  await assertAffordable(context, status, from, account.address, payments, fee);
  if (!status.development) {
    const question = `Pay ${paymentsText(status, payments)} from ${from} on ${status.name}, fee ${formatAmount(fee, status.token)}?`;
    if (!(await confirm(context.terminal, context.options.yes, question))) {
      throw new CliProblem('not_confirmed', 'Nothing was sent.', 'Answer yes to send it.');
    }
  }
  const sent = await signAndSend(context, account, intent, options);
  context.terminal.result(
    sentData(sent),
    () => `Paid ${paymentsText(status, payments)} from ${from}.\n${finalityText(status, sent)}`,
  );
}

function wantedPayments(
  to: string | undefined,
  amount: string | undefined,
  pairs: readonly string[],
): readonly (readonly [who: string, amount: string])[] {
  const wanted: (readonly [string, string])[] = [];
  if (to !== undefined && amount === undefined) {
    const isAmount = /^\d+(\.\d+)?$/.test(to);
    throw usageProblem(
      isAmount ? `Who is to be paid ${to} is missing.` : `How much is to be paid to ${to} is missing.`,
      'Write `wallet send FROM TO AMOUNT`.',
    );
  }
  if (to !== undefined && amount !== undefined) wanted.push([to, amount]);
  for (const pair of pairs) {
    const [who, text, ...rest] = pair.split('=');
    if (!who || !text || rest.length > 0) {
      throw usageProblem(`--to ${pair} is not a payment.`, 'Write it like --to shop=5; repeat it for more payments.');
    }
    wanted.push([who, text]);
  }
  if (wanted.length === 0) {
    throw usageProblem('Who is to be paid is missing.', 'Write `wallet send FROM TO AMOUNT`, or use --to WHO=AMOUNT.');
  }
  return wanted;
}

/** Said before signing, with the numbers; the node would only refuse. */
async function assertAffordable(
  context: Context,
  status: StatusAnswer,
  from: string,
  address: Named['address'],
  payments: readonly Payment[],
  fee: Amount,
): Promise<void> {
  const { balance } = await context.client.account(address);
  const needed = payments.reduce((sum, payment) => sum + BigInt(payment.amount), BigInt(fee));
  if (BigInt(balance) >= needed) return;
  const needs =
    needed > BigInt(Number.MAX_SAFE_INTEGER) ? 'more than can exist' : formatAmount(Number(needed), status.token);
  throw new CliProblem(
    'balance_too_low',
    `${from} holds ${formatAmount(balance, status.token)}, and the payment with its fee needs ${needs}.`,
    `Send less, or put more into ${address} first.`,
  );
}

function paymentsText(status: StatusAnswer, payments: readonly Payment[]): string {
  const [first] = payments;
  if (payments.length === 1 && first !== undefined) {
    return `${formatAmount(first.amount, status.token)} to ${first.to.name ?? first.to.address}`;
  }
  const total = payments.reduce((sum, payment) => sum + payment.amount, 0);
  const parts = payments.map(({ to, amount }) => `${to.name ?? to.address} ${formatNumber(amount, status.token)}`);
  return `${formatAmount(total, status.token)} in ${payments.length} payments (${parts.join(', ')})`;
}
