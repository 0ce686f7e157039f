/**
 * A wallet in a few lines: it knows an account, asks a node for nonce, fee and chain, signs, and waits until the
 * payment is final. Its one rule: a transaction is signed anew only when the node surely never took the one before.
 */
import type { Parameters } from '../ledger/values/genesis.js';
import { type Amount, type Nonce, toNonce, toSlot } from '../ledger/values/numbers.js';
import { minimumFee } from '../ledger/values/parameters.js';
import type { ChainId } from '../ledger/values/text.js';
import type {
  Output,
  Transaction,
  TransactionBody,
  TransactionId,
  ValidatorKeys,
} from '../ledger/values/transaction.js';
import { type Account, accountFromSecret, idOfTransaction, signTransaction } from './account.js';
import type { AccountAnswer, TransactionAnswer } from './api-types.js';
import { checkIntent, checkTransactionOptions, refuseUnknown, waitingTimeout } from './http/check-options.js';
import type { Client } from './http/client.js';
import { ApiProblem } from './http/problem.js';
import { type SendOptions, sendOptionNames } from './http/send-and-wait.js';
import { inTurn, untilEnded } from './in-turn.js';
import { unusedFrom } from './used-nonces.js';

/** What is wanted; the rest of the transaction follows from it. */
export type Intent =
  | { readonly type: 'transfer'; readonly outputs: readonly Output[] }
  | { readonly type: 'stake'; readonly amount: Amount; readonly validator?: ValidatorKeys }
  | { readonly type: 'unstake'; readonly amount: Amount };

export interface TransactionOptions {
  readonly memo?: string;
  /** 0–255; by default 0. Lanes do not wait for each other. */
  readonly lane?: number;
  /** By default the least that the chain accepts. */
  readonly fee?: Amount;
  /** Valid for this many slots from now; by default for ever. */
  readonly expiresInSlots?: number;
}

export interface Sent {
  readonly transaction: Transaction;
  readonly answer: TransactionAnswer;
  /** From handing it in to final, in ms. */
  readonly tookMs: number;
}

/**
 * What was wanted was handed in already, with the same nonce: by another program with this key at the same time, or by a
 * call whose answer was lost. Alike in everything, both are one transaction: it is final, and paid once.
 */
export class PaidByAnother extends Error {
  constructor(
    readonly transaction: Transaction,
    readonly answer: TransactionAnswer,
  ) {
    super(
      `Transaction ${answer.id}, with nonce ${transaction.nonce}, was handed in before, by another program or by a call whose answer was lost: it is paid once.`,
    );
    this.name = 'PaidByAnother';
  }
}

export interface Wallet {
  readonly account: Account;
  /** What the account holds, as of the latest final block. */
  balance(): Promise<AccountAnswer>;
  /** Signed with the account's next nonce, not handed in. */
  prepare(intent: Intent, options?: TransactionOptions): Promise<Transaction>;
  /** @throws what `sendAndWait` throws; PaidByAnother */
  send(intent: Intent, options?: TransactionOptions & SendOptions): Promise<Sent>;
}

const transactionOptionNames: readonly string[] = ['memo', 'lane', 'fee', 'expiresInSlots'];
/** What wallets of this program have handed in and is not decided. */
const underWay = new Map<TransactionId, Promise<TransactionAnswer>>();
/** The latest of them by chain, account, lane and nonce. */
const underWayAt = new Map<string, Promise<TransactionAnswer>>();
const placeOf = ({ chain, from, lane = 0, nonce }: Transaction): string => `${chain} ${from} ${lane} ${nonce}`;
/** How often another program with the same key may take the nonce first before we give up. */
const nonceAttempts = 100;
/** Between two questions whether the node has taken the one before, in ms. */
const firstPauseMs = 5;
const longestPauseMs = 200;
/** So long another payment with the same nonce may be on its way to a node, as to one that is gone; then whoever comes first is paid. */
const patienceMs = 3_000;

/** @param secret 32 bytes: the Ed25519 seed */
export async function createWallet(client: Client, secret: Uint8Array): Promise<Wallet> {
  const { address_prefix: prefix } = await client.status();
  return walletOf(client, accountFromSecret(secret, prefix));
}

export function walletOf(client: Client, account: Account): Wallet {
  async function prepare(intent: Intent, options: TransactionOptions = {}): Promise<Transaction> {
    const [status, limits, state] = await Promise.all([
      client.status(),
      client.limits(),
      client.account(account.address),
    ]);
    const lane = options.lane ?? 0;
    const { expiresInSlots: expires } = options;
    return frameTransaction(intent, {
      chain: status.chain,
      account,
      lane,
      memo: options.memo,
      fee: options.fee ?? feeOf(intent, options.memo, limits.parameters),
      nonce: unusedFrom(state.pending_nonces[lane] ?? state.nonces[lane] ?? toNonce(0), {
        chain: status.chain,
        from: account.address,
        lane,
      }),
      expiresSlot: expires === undefined ? undefined : status.slot + expires,
    });
  }

  /** With a nonce with which nothing of this program is under way, but what has been for too long. */
  async function prepareNext(intent: Intent, options: TransactionOptions & SendOptions, deadline: number) {
    const patientUntil = Math.min(deadline, Date.now() + patienceMs);
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
      const transaction = await prepare(intent, options);
      const before = underWayAt.get(placeOf(transaction));
      const leftMs = patientUntil - Date.now();
      if (before === undefined || leftMs <= 0) return transaction;
      await untilEnded(before, Math.min(pauseMs, leftMs), options.signal);
    }
  }

  async function handIn(transaction: Transaction, waiting: SendOptions): Promise<Sent> {
    const [id, place] = [idOfTransaction(transaction), placeOf(transaction)];
    const started = performance.now();
    const sending = client.sendAndWait(transaction, waiting);
    underWay.set(id, sending);
    underWayAt.set(place, sending);
    try {
      const answer = await sending;
      if (answer.known) throw new PaidByAnother(transaction, answer);
      return { transaction, answer, tookMs: performance.now() - started };
    } finally {
      underWay.delete(id);
      if (underWayAt.get(place) === sending) underWayAt.delete(place);
    }
  }

  return {
    account,
    async prepare(intent, options) {
      checkIntent('prepare', intent);
      refuseUnknown('prepare', options, transactionOptionNames);
      checkTransactionOptions(options ?? {});
      return prepare(intent, options);
    },
    balance: () => client.account(account.address),
    async send(intent, options = {}) {
      checkIntent('send', intent);
      refuseUnknown('send', options, [...transactionOptionNames, ...sendOptionNames]);
      checkTransactionOptions(options);
      const { timeoutMs, signal, onRetry } = options;
      const waiting: SendOptions = {
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(signal === undefined ? {} : { signal }),
        ...(onRetry === undefined ? {} : { onRetry }),
      };
      const deadline = Date.now() + waitingTimeout(timeoutMs);
      const lane = `${account.address} ${options.lane ?? 0}`;
      for (let attempt = 1; ; attempt += 1) {
        // Asked at one time, the node gives all of them the same nonce, and one of them could use it.
        const { same, sending } = await inTurn(lane, deadline, signal, async () => {
          const transaction = await prepareNext(intent, options, deadline);
          const alike = underWay.get(idOfTransaction(transaction));
          return { same: alike, sending: alike === undefined ? handIn(transaction, waiting) : undefined };
        });
        // Signed with one nonce, two payments that are alike are one transaction: the second waits for its own.
        if (same !== undefined) {
          await untilEnded(same, Number.POSITIVE_INFINITY, signal);
          attempt -= 1;
          continue;
        }
        try {
          return await sending!;
        } catch (error) {
          // A refusal is thrown as such only where surely nobody has what was refused.
          if (!lostTheNonce(error) || attempt === nonceAttempts || Date.now() >= deadline) throw error;
        }
      }
    },
  };
}

/** Another program was faster: its transaction waits, or is final already. */
function lostTheNonce(error: unknown): boolean {
  return error instanceof ApiProblem && (error.code === 'nonce_taken' || error.code === 'nonce_too_low');
}

/** The least fee that a chain with these parameters accepts. */
export function feeOf(intent: Intent, memo: string | undefined, parameters: Parameters): Amount {
  return minimumFee(parameters, { ...intent, ...(memo === undefined ? {} : { memo }) } as TransactionBody);
}

export interface Frame {
  readonly chain: ChainId;
  readonly account: Account;
  readonly nonce: Nonce;
  readonly fee: Amount;
  readonly lane: number;
  readonly memo: string | undefined;
  readonly expiresSlot: number | undefined;
}

/** Puts what is wanted into its frame and signs it. Asks nobody. */
export function frameTransaction(intent: Intent, frame: Frame): Transaction {
  const { type, ...wanted } = intent;
  const body = {
    chain: frame.chain,
    type,
    from: frame.account.address,
    ...(frame.lane === 0 ? {} : { lane: frame.lane }),
    nonce: frame.nonce,
    fee: frame.fee,
    ...(frame.expiresSlot === undefined ? {} : { expires_slot: toSlot(frame.expiresSlot) }),
    ...(frame.memo === undefined ? {} : { memo: frame.memo }),
    ...wanted,
  } as TransactionBody;
  return signTransaction(body, frame.account.signer);
}
