/**
 * Payments at a steady rate, whatever happens to the nodes: what could not be handed in while one was down is made up
 * for. One rule: every payment is handed in until it is acknowledged, so that no outcome stays unknown.
 */
import { idOfTransaction } from '../../client/account.js';
import type { Client } from '../../client/http/client.js';
import { ApiProblem } from '../../client/http/problem.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';

export interface SteadyLoad {
  /** In the order of their acknowledgements. */
  readonly acknowledged: ReadonlyMap<TransactionId, Transaction>;
  /** What no node should have answered. */
  readonly wrongAnswers: readonly string[];
  /** Payments that are due and not acknowledged. */
  behind(): number;
  /** Rejects when one of the payers cannot go on. */
  stop(): Promise<void>;
}

export interface LoadPlan {
  readonly clients: readonly Client[];
  /** Payments a second, all in all. */
  readonly rate: number;
  readonly lanes: number;
  readonly sign: (lane: number, nonce: number) => Transaction;
}

/** Answers that mean: later. */
const passing = new Set([429, 503]);

export function startLoad({ clients, rate, lanes, sign }: LoadPlan): SteadyLoad {
  const acknowledged = new Map<TransactionId, Transaction>();
  const wrongAnswers: string[] = [];
  const begun = performance.now();
  let running = true;
  let begunPayments = 0;
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  async function handIn(client: Client, transaction: Transaction): Promise<boolean> {
    try {
      await client.submit(transaction);
      acknowledged.set(idOfTransaction(transaction), transaction);
      return true;
    } catch (error) {
      if (error instanceof ApiProblem && !passing.has(error.status)) {
        wrongAnswers.push(`${idOfTransaction(transaction)}: ${error.status} ${error.code} ${error.message}`);
        return true;
      }
      return false;
    }
  }

  async function payer(lane: number): Promise<void> {
    const client = clients[lane % clients.length]!;
    for (let nonce = 0; running; ) {
      if (begunPayments >= ((performance.now() - begun) * rate) / 1000) {
        await pause(10);
        continue;
      }
      begunPayments++;
      const transaction = sign(lane, nonce++);
      while (!(await handIn(client, transaction))) await pause(20);
    }
  }

  const done = Promise.all(Array.from({ length: lanes }, (_, lane) => payer(lane)));
  return {
    acknowledged,
    wrongAnswers,
    behind: () => Math.floor(((performance.now() - begun) * rate) / 1000) - acknowledged.size - wrongAnswers.length,
    async stop() {
      running = false;
      await done;
    },
  };
}
