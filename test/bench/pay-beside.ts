/** Somebody who pays once in a while beside a load, one payment at a time, and waits until each is final: what a flood costs others. */
import { setTimeout as delay } from 'node:timers/promises';
import { idOfTransaction } from '../../client/account.js';
import type { TransactionId } from '../../ledger/values/transaction.js';
import { hangGuardMs } from '../hang-guard.js';
import type { ChainUnderTest, Payer } from './chain-under-test.js';
import { createPurse } from './payments.js';

export interface PaidBeside {
  readonly id: TransactionId;
  /** Unix ms. */
  readonly at: number;
  /** From handing it in until the answer that it is final. */
  readonly ms: number;
}

const pauseMs = 50;

/** @param payer nobody else pays with its key @param load what is paid beside */
export async function payBeside(
  { chain, genesis, nodes, payees }: ChainUnderTest,
  payer: Payer,
  load: Promise<unknown>,
): Promise<readonly PaidBeside[]> {
  const purse = createPurse({ chain, payees, parameters: genesis.parameters, outputs: 1 }, payer, 0);
  const paid: PaidBeside[] = [];
  const during = new AbortController();
  const over = (): void => during.abort();
  load.then(over, over);
  for (let n = 0; !during.signal.aborted; n += 1) {
    const transaction = purse.next();
    const at = Date.now();
    await nodes[n % nodes.length]!.client.sendAndWait(transaction, { timeoutMs: hangGuardMs });
    paid.push({ id: idOfTransaction(transaction), at, ms: Date.now() - at });
    await delay(pauseMs, undefined, { signal: during.signal }).catch(() => undefined);
  }
  return paid;
}
