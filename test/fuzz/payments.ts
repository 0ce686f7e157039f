/** A steady rate of payments over the honest nodes; every one that was accepted has to become final. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Account, idOfTransaction, signTransaction } from '../../client/account.js';
import type { Client } from '../../client/http/client.js';
import { ApiProblem, NodeUnreachable } from '../../client/http/problem.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import { toAmount, toNonce } from '../../ledger/values/numbers.js';
import type { Address, ChainId } from '../../ledger/values/text.js';
import type { TransactionId } from '../../ledger/values/transaction.js';

export interface PaymentsOptions {
  readonly chain: ChainId;
  readonly genesis: Genesis;
  readonly from: Account;
  readonly to: Address;
  readonly clients: readonly Client[];
  readonly perSecond: number;
  readonly fail: (what: string) => void;
}

export interface Payments {
  accepted(): number;
  /** 503s that a payer met: the mempool was full. */
  refusedFull(): number;
  /** Ends the payers; waits until all that was accepted is final, or none more is for `withinMs`. @returns how many are not */
  finish(withinMs: number): Promise<number>;
}

/** First lane of the payers; a payer a node. */
const firstLane = 10;

export function startPayments(options: PaymentsOptions): Payments {
  const { chain, genesis, from, to, clients, perSecond, fail } = options;
  const fee = toAmount(2 * (genesis.parameters.min_fee + genesis.parameters.min_fee_per_output));
  const accepted: { readonly id: TransactionId; readonly client: Client }[] = [];
  let full = 0;
  let running = true;

  async function pay(client: Client, i: number): Promise<void> {
    for (let nonce = 0; running; nonce++) {
      const transaction = signTransaction(
        {
          ...{ chain, type: 'transfer' as const, from: from.address, lane: firstLane + i, nonce: toNonce(nonce), fee },
          outputs: [{ to, amount: toAmount(1 + (nonce % 9)) }],
        },
        from.signer,
      );
      for (;;) {
        try {
          await client.submit(transaction);
          accepted.push({ id: idOfTransaction(transaction), client });
          break;
        } catch (error) {
          if (!running) return;
          // A kept connection may close under a request; handing the same in again is safe.
          if (error instanceof ApiProblem && error.status === 503) full += 1;
          else if (!(error instanceof NodeUnreachable)) {
            fail(`an honest payment was refused: ${(error as Error).message}`);
            return;
          }
          await pause(100);
        }
      }
      await pause((1_000 * clients.length) / perSecond);
    }
  }

  const payers = clients.map(pay);
  return {
    accepted: () => accepted.length,
    refusedFull: () => full,
    async finish(withinMs) {
      running = false;
      await Promise.all(payers);
      let lastFinal = Date.now();
      let open = accepted;
      for (;;) {
        const fates = await Promise.all(open.slice(0, 50).map(({ id, client }) => client.transaction(id)));
        open = [...open.slice(0, 50).filter((_, i) => fates[i]?.status !== 'final'), ...open.slice(50)];
        if (fates.some(({ status }) => status === 'final')) lastFinal = Date.now();
        else await pause(100);
        if (open.length === 0 || Date.now() - lastFinal > withinMs) return open.length;
      }
    },
  };
}
