/**
 * The load generator, in a process of its own: signs everything first, says so, and on word hands it in over HTTP: in
 * lists, one list at a time on each connection, or as lines. It answers with the ids that the nodes acknowledged.
 */
import { Agent, request } from 'node:http';
import type { TransactionId } from '../../ledger/values/transaction.js';
import type { Payer } from './chain-under-test.js';
import { handInLines } from './line-door.js';
import { createPurse, type PaymentPlan } from './payments.js';

/** How transactions are handed in: lists of JSON, a request each, or lines of JSON in one request. Starting value: lists. */
export type Door = 'lists' | 'lines';

export interface LoadPlan extends PaymentPlan {
  readonly door?: Door;
  readonly urls: readonly string[];
  readonly payers: readonly Payer[];
  /** Lanes of each payer. */
  readonly lanes: number;
  readonly connections: number;
  readonly batch: number;
  /** Batches signed in all; the load ends early when they are handed in. */
  readonly batches: number;
  readonly seconds: number;
}

export interface LoadReport {
  readonly acknowledged: readonly TransactionId[];
  /** Answers other than an acceptance, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Unix ms of the first request and of the last answer. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Of each request, in ms. */
  readonly answerTimes: readonly number[];
  /** Everything that was signed was handed in before the time was over. */
  readonly usedUp: boolean;
}

export type LoadMessage = { readonly kind: 'ready' } | { readonly kind: 'done'; readonly report: LoadReport };

const fullPauseMs = 200;

interface Item {
  readonly id?: TransactionId;
  readonly status?: string | number;
  readonly code?: string;
}

function post(agent: Agent, url: string, body: Buffer): Promise<readonly Item[]> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const sent = request(`${url}/v1/transactions`, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString()) as { readonly items?: readonly Item[] };
        if (answer.items === undefined) reject(new Error(`a list was refused: ${JSON.stringify(answer)}`));
        else resolve(answer.items);
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** What a node has no room for now is handed in again, as a client would: a gap in the nonces holds up all that follow. */
async function handIn(agent: Agent, url: string, body: Buffer): Promise<readonly Item[]> {
  for (;;) {
    const items = await post(agent, url, body);
    if (!items.some(({ code }) => code === 'mempool_full')) return items;
    await new Promise((resolve) => setTimeout(resolve, fullPauseMs));
  }
}

/** Batches of each connection: its payers take turns, so that a batch holds many accounts. */
function signAll(plan: LoadPlan): Buffer[][] {
  return Array.from({ length: plan.connections }, (_, connection) => {
    const own = plan.payers.filter((_, i) => i % plan.connections === connection);
    const purses = Array.from({ length: plan.lanes }, (_, lane) => lane).flatMap((lane) =>
      own.map((payer) => createPurse(plan, payer, lane)),
    );
    let turn = 0;
    return Array.from({ length: Math.ceil(plan.batches / plan.connections) }, () => {
      const batch = Array.from({ length: plan.batch }, () => purses[turn++ % purses.length]!.next());
      const lines = () => batch.map((one) => `${JSON.stringify(one)}\n`).join('');
      return Buffer.from(plan.door === 'lines' ? lines() : JSON.stringify(batch));
    });
  });
}

async function handInAll(plan: LoadPlan, queues: readonly Buffer[][]): Promise<LoadReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: plan.connections });
  const acknowledged: TransactionId[] = [];
  const refused: Record<string, number> = {};
  const answerTimes: number[] = [];
  const startedAt = Date.now();
  let usedUp = false;
  const until = performance.now() + plan.seconds * 1000;
  const count = (item: Item): void => {
    if (item.id !== undefined && typeof item.status === 'string') acknowledged.push(item.id);
    else refused[item.code ?? 'unknown'] = (refused[item.code ?? 'unknown'] ?? 0) + 1;
  };
  await Promise.all(
    queues.map(async (queue, connection) => {
      const url = plan.urls[connection % plan.urls.length]!;
      if (plan.door === 'lines') {
        const done = await handInLines(agent, url, queue, plan.batch, until, (line) => count(JSON.parse(line)));
        answerTimes.push(...done.answerTimes);
        usedUp ||= done.usedUp;
        return;
      }
      for (const body of queue) {
        const start = performance.now();
        if (start >= until) return;
        for (const item of await handIn(agent, url, body)) count(item);
        answerTimes.push(performance.now() - start);
      }
      usedUp = true;
    }),
  );
  agent.destroy();
  return { acknowledged, refused, startedAt, endedAt: Date.now(), answerTimes, usedUp };
}

let queues: Buffer[][] = [];
let plan: LoadPlan | undefined;
process.on('message', (message: LoadPlan | 'go') => {
  if (message !== 'go') {
    plan = message;
    queues = signAll(message);
    process.send?.({ kind: 'ready' } satisfies LoadMessage);
  } else if (plan !== undefined) {
    void handInAll(plan, queues).then((report) => {
      process.send?.({ kind: 'done', report } satisfies LoadMessage, () => process.disconnect());
    });
  }
});
