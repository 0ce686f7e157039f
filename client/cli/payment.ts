/** Flags of the commands that sign, and how their outcome is told. */
import type { Amount } from '../../ledger/values/numbers.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import { type Account, idOfTransaction } from '../account.js';
import { formatAmount, parseAmount } from '../amounts.js';
import type { LimitsAnswer, StatusAnswer, Token, TransactionAnswer } from '../api-types.js';
import type { Client } from '../http/client.js';
import { NotFinalYet, type SendOptions, TransactionFailed } from '../http/send-and-wait.js';
import { feeOf, type Intent, PaidByAnother, type Sent, type TransactionOptions, walletOf } from '../wallet.js';
import { CliProblem, exitCodes, usageProblem } from './cli-problem.js';
import type { Context } from './context.js';
import { colour, formatDuration } from './terminal.js';

/** As commander gives them. */
export interface SigningOptions {
  readonly memo?: string;
  readonly lane?: string;
  /** Amount in tokens, or `auto`. */
  readonly fee?: string;
  /** Slots from now. */
  readonly expires?: string;
  /** Seconds. */
  readonly timeout?: string;
}

export function readLane(text: string | undefined): number {
  return text === undefined ? 0 : readInteger(text, '--lane', 0, 255);
}

/** @throws CliProblem naming the flag */
export function readInteger(text: string, flag: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    const upTo = most === Number.MAX_SAFE_INTEGER ? ' or more' : ` to ${most}`;
    throw usageProblem(`${flag} ${text} is not a whole number from ${least}${upTo}.`, 'Correct it.');
  }
  return value;
}

/** @throws CliProblem naming the flag */
export const timeoutMsOf = ({ timeout }: Pick<SigningOptions, 'timeout'>): number =>
  1000 * (timeout === undefined ? 60 : readInteger(timeout, '--timeout', 1, 86_400));

export function readAmount(text: string, token: Token, least = 1): Amount {
  const amount = parseAmount(text, token);
  if (!amount.ok) throw usageProblem(amount.problem, 'Correct the amount.');
  if (amount.value < least) throw usageProblem(`An amount of ${text} pays nothing.`, 'Give an amount above 0.');
  return amount.value;
}

/** The fee that will be paid, before anything is signed. */
export function readFee(intent: Intent, options: SigningOptions, status: StatusAnswer, limits: LimitsAnswer): Amount {
  if (options.fee !== undefined && options.fee !== 'auto') return readAmount(options.fee, status.token, 0);
  return feeOf(intent, options.memo, limits.parameters);
}

/** Signs, hands in, and waits until it is final. */
export async function signAndSend(
  context: Context,
  account: Account,
  intent: Intent,
  options: SigningOptions,
): Promise<Sent> {
  const [status, limits] = await Promise.all([context.chain(), context.limits()]);
  const transactionOptions: TransactionOptions = {
    lane: readLane(options.lane),
    fee: readFee(intent, options, status, limits),
    ...(options.memo === undefined ? {} : { memo: options.memo }),
    ...(options.expires === undefined ? {} : { expiresInSlots: readInteger(options.expires, '--expires', 1) }),
  };
  return tellingFailures(context, options, (waiting, onHandingIn) => {
    const client: Client = {
      ...context.client,
      sendAndWait(transaction, sendOptions) {
        onHandingIn(transaction);
        return context.client.sendAndWait(transaction, sendOptions);
      },
    };
    return walletOf(client, account).send(intent, { ...transactionOptions, ...waiting });
  });
}

/** Hands a transaction in that is signed already. */
export async function sendSigned(
  context: Context,
  transaction: Transaction,
  options: Pick<SigningOptions, 'timeout'>,
): Promise<TransactionAnswer> {
  return tellingFailures(context, options, (waiting, onHandingIn) => {
    onHandingIn(transaction);
    return context.client.sendAndWait(transaction, waiting);
  });
}

/** `Final in 12 ms`, where, and at what price. */
export function finalityText(status: StatusAnswer, sent: Sent): string {
  const { receipt } = sent.answer;
  const where = receipt === undefined ? '' : ` (block ${receipt.index}, slot ${receipt.slot})`;
  const took = colour.green(`Final in ${formatDuration(sent.tookMs)}`);
  return `${took}${where}. Fee ${formatAmount(sent.transaction.fee, status.token)}.\n${colour.dim(sent.answer.id)}`;
}

export function sentData(sent: Sent): object {
  return { ...sent.answer, transaction: sent.transaction, took_ms: Math.round(sent.tookMs) };
}

/** Says what it waits for, and what can go wrong in the wallet's words. */
async function tellingFailures<T>(
  context: Context,
  options: Pick<SigningOptions, 'timeout'>,
  send: (waiting: SendOptions, onHandingIn: (transaction: Transaction) => void) => Promise<T>,
): Promise<T> {
  const timeoutMs = timeoutMsOf(options);
  let told = '';
  const onRetry = (reason: string): void => {
    if (reason !== told) context.terminal.note(colour.dim(`waiting: ${reason}`));
    told = reason;
  };
  const started = performance.now();
  const interruption = awaitInterrupt();
  try {
    const sent = send({ timeoutMs, onRetry, signal: interruption.signal }, interruption.handingIn);
    return await Promise.race([sent, interruption.came]);
  } catch (error) {
    if (error instanceof NotFinalYet) throw notFinal(error, performance.now() - started);
    if (error instanceof PaidByAnother) {
      const { receipt } = error.answer;
      throw new CliProblem(
        'paid_by_another',
        `The very same payment, with nonce ${error.transaction.nonce}, was handed in before, by another program with this key or by a call whose answer was lost: it is paid once${receipt === undefined ? '' : `, in block ${receipt.index}`}.`,
        'Run it again if it is to be paid twice. Payments made at one time differ by --memo or --lane.',
        exitCodes.refused,
      );
    }
    if (error instanceof TransactionFailed) {
      const fix = error.mayStillBeFinal
        ? `A block that holds it may still become final: look with \`wallet status ${error.id}\` before you send it anew.`
        : 'Nothing was paid. Send it anew.';
      throw new CliProblem(error.status, error.message, fix, exitCodes.refused);
    }
    throw error;
  } finally {
    interruption.over();
  }
}

/** Ctrl-C, what `timeout` and supervisors send, and a terminal that was closed. */
const interruptions = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A signal to end while a payment is on its way: nothing calls it back, and what waits stands in no history. */
function awaitInterrupt() {
  const abort = new AbortController();
  let id: TransactionId | undefined;
  let onInterrupt = (): void => {};
  const came = new Promise<never>((_, reject) => {
    onInterrupt = () => {
      const [detail, fix] =
        id === undefined
          ? ['Interrupted. Nothing was handed in.', 'Run it again, or leave it.']
          : [
              `Interrupted. A node may have taken transaction ${id} all the same.`,
              `Before you pay anew, look with \`wallet status ${id}\` whether it waits or is final.`,
            ];
      reject(new CliProblem('interrupted', detail, fix, exitCodes.interrupted));
      abort.abort();
    };
  });
  for (const signal of interruptions) process.once(signal, onInterrupt);
  return {
    came,
    signal: abort.signal,
    handingIn: (transaction: Transaction): void => {
      id = idOfTransaction(transaction);
    },
    over: (): void => {
      for (const signal of interruptions) process.off(signal, onInterrupt);
    },
  };
}

function notFinal({ id, taken, reason }: NotFinalYet, tookMs: number): CliProblem {
  if (!taken) {
    const detail = `Whether a node took transaction ${id} is not known. ${reason}`;
    const fix = `Before you pay anew, look with \`wallet status ${id}\` whether it became final.`;
    return new CliProblem('outcome_unknown', detail, fix, exitCodes.notFinal);
  }
  return new CliProblem(
    'not_final_yet',
    `The node took the transaction, but it was not final after ${Math.round(tookMs / 1000)} s. ${reason}`,
    `It may still become final: look with \`wallet status ${id}\` before you pay anew.`,
    exitCodes.notFinal,
  );
}
