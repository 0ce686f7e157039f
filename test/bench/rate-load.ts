/**
 * Payments at a fixed rate, in a process of its own: each is handed in when its time has come, whether or not earlier
 * ones are answered, and its time runs from then until the answer that it is final. In lists, all of a list are due at once.
 */
import { Agent, request } from 'node:http';
import type { TransactionId } from '../../ledger/values/transaction.js';
import type { Payer } from './chain-under-test.js';
import type { Paid } from './dead-leader.js';
import { createPurse, type PaymentPlan } from './payments.js';

export interface RatePlan extends PaymentPlan {
  readonly urls: readonly string[];
  readonly payers: readonly Payer[];
  readonly lanes: number;
  readonly perSecond: number;
  /** After the warm-up. */
  readonly seconds: number;
  /** Payments due in the first so many seconds are made and must become final, but their times do not count. Starting value: 0. */
  readonly warmUpSeconds?: number;
  /** Payments in a request. Starting value: 1, handed in by itself. */
  readonly batch?: number;
}

export interface RateReport {
  /** Each payment after the warm-up that became final, in the order in which they were due. */
  readonly paid: readonly Paid[];
  readonly acknowledged: readonly TransactionId[];
  /** For each block with some of them, when the first answer came that one is final: its index and unix ms. */
  readonly finalAt: readonly (readonly [index: number, at: number])[];
  /** Payments that were not final within the time that a request may wait, or were refused. */
  readonly failed: Readonly<Record<string, number>>;
}

export type RateMessage = { readonly kind: 'ready' } | { readonly kind: 'done'; readonly report: RateReport };

const waitMs = 30_000;

interface Due {
  readonly body: Buffer;
  readonly url: string;
}

function sign(plan: RatePlan): Due[] {
  const { urls, batch = 1 } = plan;
  // A payer's payments all go to one node, so that its nonces arrive in order.
  const queues = urls.map((url, node) => {
    const own = plan.payers.filter((_, i) => i % urls.length === node);
    const purses = Array.from({ length: plan.lanes }, (_, lane) =>
      own.map((payer) => createPurse(plan, payer, lane)),
    ).flat();
    let turn = 0;
    return { url, next: () => purses[turn++ % purses.length]!.next() };
  });
  const count = Math.round((plan.perSecond * ((plan.warmUpSeconds ?? 0) + plan.seconds)) / batch);
  return Array.from({ length: count }, (_, n) => {
    const { url, next } = queues[n % queues.length]!;
    const list = Array.from({ length: batch }, next);
    return { url, body: Buffer.from(JSON.stringify(batch === 1 ? list[0] : list)) };
  });
}

interface Answer {
  readonly id?: TransactionId;
  readonly status?: unknown;
  readonly code?: string;
  readonly receipt?: { readonly index: number };
}

/** Asks again where the node has closed a connection that was kept for long: a payment that gets lost holds up its lane. */
function pay(agent: Agent, { body, url }: Due): Promise<Answer | { readonly items: readonly Answer[] }> {
  return new Promise((resolve) => {
    const path = `${url}/v1/transactions?wait=final&timeout_ms=${waitMs}`;
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const sent = request(path, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const wasClosed = sent.reusedSocket && error.code === 'ECONNRESET';
      resolve(wasClosed ? pay(agent, { body, url }) : { code: error.message });
    });
    sent.end(body);
  });
}

async function run(plan: RatePlan, due: readonly Due[]): Promise<RateReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const paid: (Paid & { readonly n: number })[] = [];
  const acknowledged: TransactionId[] = [];
  const failed: Record<string, number> = {};
  const finalAt = new Map<number, number>();
  const { batch = 1, warmUpSeconds = 0 } = plan;
  const everyMs = (1000 * batch) / plan.perSecond;
  const start = performance.now();
  const unixMs = Date.now() - start;
  const one = async (n: number): Promise<void> => {
    const answered = await pay(agent, due[n]!);
    const now = performance.now();
    const at = start + n * everyMs;
    for (const answer of 'items' in answered ? answered.items : [answered]) {
      if (answer.id !== undefined) acknowledged.push(answer.id);
      const index = answer.receipt?.index;
      if (index !== undefined && !finalAt.has(index)) finalAt.set(index, performance.timeOrigin + now);
      if (answer.status !== 'final') {
        const why = String(answer.code ?? answer.status);
        failed[why] = (failed[why] ?? 0) + 1;
      } else if (at >= start + 1000 * warmUpSeconds) paid.push({ n, dueAt: unixMs + at, ms: now - at });
    }
  };
  const all: Promise<void>[] = [];
  for (let next = 0; next < due.length; ) {
    for (; next < due.length && start + next * everyMs <= performance.now(); next += 1) all.push(one(next));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(all);
  agent.destroy();
  paid.sort((a, b) => a.n - b.n);
  return { paid: paid.map(({ dueAt, ms }) => ({ dueAt, ms })), acknowledged, finalAt: [...finalAt], failed };
}

let plan: RatePlan | undefined;
let due: Due[] = [];
process.on('message', (message: RatePlan | 'go') => {
  if (message !== 'go') {
    plan = message;
    due = sign(message);
    process.send?.({ kind: 'ready' } satisfies RateMessage);
  } else if (plan !== undefined) {
    void run(plan, due).then((report) => {
      process.send?.({ kind: 'done', report } satisfies RateMessage, () => process.disconnect());
    });
  }
});
