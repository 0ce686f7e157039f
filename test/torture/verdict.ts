/** The reckoning: what was acknowledged or told as final, against the chain as it stands in the end. */
import { idOfTransaction } from '../../client/account.js';
import type { Client } from '../../client/http/client.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import { hangGuardMs } from '../hang-guard.js';

export interface Reckoning {
  readonly blocks: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly wrongAnswers: readonly string[];
}

/** Final blocks as nodes told them on the way: hash by index. */
export type Told = ReadonlyMap<number, string>;

const lookupsAtOnce = 8;

/** Waits until nothing waits any more; then looks every payment up, in the blocks and by its id. */
export async function reckon(
  client: Client,
  acknowledged: ReadonlyMap<TransactionId, Transaction>,
  told: Told,
): Promise<Reckoning> {
  const deadline = performance.now() + hangGuardMs;
  while ((await client.mempool()).count > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { final } = await client.status();
  const places = new Map<string, number[]>();
  const wrongAnswers: string[] = [];
  for (let index = 1; index <= final.index; index++) {
    const { block } = await client.block(index);
    for (const transaction of block.transactions) {
      const id = idOfTransaction(transaction);
      places.set(id, [...(places.get(id) ?? []), index]);
    }
    const before = told.get(index);
    if (before !== undefined && before !== block.hash) {
      wrongAnswers.push(`block ${index} was told as final with hash ${before}, and is ${block.hash}`);
    }
  }
  for (const index of told.keys()) {
    if (index > final.index)
      wrongAnswers.push(`block ${index} was told as final, and the chain ends at ${final.index}`);
  }
  const ids = [...acknowledged.keys()];
  const lookUp = async (first: number): Promise<void> => {
    for (let i = first; i < ids.length; i += lookupsAtOnce) {
      const id = ids[i]!;
      const answer = await client.transaction(id).catch((error: unknown) => String(error));
      const place = places.get(id)?.[0];
      const isRight = typeof answer !== 'string' && answer.status === 'final' && answer.receipt?.index === place;
      if (place !== undefined && !isRight) wrongAnswers.push(`${id} is in block ${place}: ${JSON.stringify(answer)}`);
    }
  };
  await Promise.all(Array.from({ length: lookupsAtOnce }, (_, first) => lookUp(first)));
  return {
    blocks: final.index,
    lost: ids.filter((id) => !places.has(id)),
    doubled: [...places].filter(([, at]) => at.length > 1).map(([id]) => id),
    wrongAnswers,
  };
}
