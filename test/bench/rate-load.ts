/**
 * Payments at a fixed rate, in a process of its own: each is handed in when its time has come, whether or not earlier
 * ones are answered, and its time runs from then until the answer that it is final.
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
  readonly seconds: number;
}

export interface RateReport {
  /** Each payment that became final, in the order in which they were due. */
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
  const purses = Array.from({ length: plan.lanes }, (_, lane) => lane).flatMap((lane) =>
    plan.payers.map((payer) => createPurse(plan, payer, lane)),
  );
  // A payer's payments all go to one node, so that its nonces arrive in order.
  return Array.from({ length: plan.perSecond * plan.seconds }, (_, n) => ({
    body: Buffer.from(JSON.stringify(purses[n % purses.length]!.next())),
    url: plan.urls[(n % plan.payers.length) % plan.urls.length]!,
  }));
}

interface Answer {
  readonly id?: TransactionId;
  readonly status?: unknown;
  readonly code?: string;
  readonly receipt?: { readonly index: number };
}

/** Asks again where the node has closed a connection that was kept for long: a payment that gets lost holds up its lane. */
function pay(agent: Agent, { body, url }: Due): Promise<Answer> {
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
  const paid: (Paid | undefined)[] = [];
  const acknowledged: TransactionId[] = [];
  const failed: Record<string, number> = {};
  const finalAt = new Map<number, number>();
  const everyMs = 1000 / plan.perSecond;
  const start = performance.now();
  const unixMs = Date.now() - start;
  const one = async (n: number): Promise<void> => {
    const answer = await pay(agent, due[n]!);
    if (answer.id !== undefined) acknowledged.push(answer.id);
    const at = start + n * everyMs;
    const index = answer.receipt?.index;
    if (index !== undefined && !finalAt.has(index)) finalAt.set(index, performance.timeOrigin + performance.now());
    if (answer.status === 'final') paid[n] = { dueAt: unixMs + at, ms: performance.now() - at };
    else failed[String(answer.code ?? answer.status)] = (failed[String(answer.code ?? answer.status)] ?? 0) + 1;
  };
  const all: Promise<void>[] = [];
  for (let next = 0; next < due.length; ) {
    for (; next < due.length && start + next * everyMs <= performance.now(); next += 1) all.push(one(next));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(all);
  agent.destroy();
  return { paid: paid.filter((one) => one !== undefined), acknowledged, finalAt: [...finalAt], failed };
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
