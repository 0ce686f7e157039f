/**
 * POST /v1/transactions, without Express: the fast door calls it on the bare server, Express calls the same function,
 * so that both give the same answers. Accepted means kept on disk.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ChainRules, decodeTransaction } from '../../ledger/values/decode-transaction.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { HttpMetrics } from './metrics.js';
import type { SubmitOutcome, TransactionStatus } from './node-api.js';
import { parseQuery } from './query.js';
import { isLines, readJson } from './read-json.js';
import { problem, type Reply, refusalReply, sendReply } from './reply.js';
import type { RouteContext } from './route.js';
import { submitQuery } from './routes/submit-description.js';
import { shownStatus, whyPending } from './routes/transactions.js';
import { answerLines, type HandedIn, type Judge } from './submit-lines.js';
import type { Turns } from './turns.js';

/** Answers a request in full. */
export type Submit = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => Promise<void>;

/** Transactions decoded in one turn: a millisecond or so. */
const decodedTogether = 64;

type Decoded = { readonly transaction: Transaction } | { readonly refused: Reply };

interface Wait {
  readonly timeoutMs: number;
  /** Aborts when nobody is left to answer. */
  readonly gone: AbortSignal;
}

function closeOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (response.destroyed) gone.abort();
  else response.once('close', () => gone.abort());
  return gone.signal;
}

/** @param turns decoding a batch takes some */
export function createSubmit(context: RouteContext, metrics: HttpMetrics, turns: Pick<Turns, 'run'>): Submit {
  const { node, limits } = context;
  const rules: ChainRules = {
    chain: node.chain,
    prefix: node.genesis.address_prefix,
    parameters: node.genesis.parameters,
  };
  const asked = submitQuery(limits.maxWaitMs);
  let waiting = 0;

  const waitFor = async (status: TransactionStatus, { timeoutMs, gone }: Wait): Promise<TransactionStatus> => {
    if (status.status !== 'pending' || waiting >= limits.maxWaiting) return status;
    waiting += 1;
    try {
      return (await node.waitUntilFinal(status.id, timeoutMs, gone)) ?? status;
    } finally {
      waiting -= 1;
    }
  };

  const decided = async (outcome: SubmitOutcome, wait: Wait): Promise<Reply> => {
    if (outcome.kind !== 'accepted') return outcomeReply(outcome);
    const status = await waitFor(outcome.status, wait);
    const because = wait.gone.aborted ? {} : whyPending(node, status);
    return outcomeReply({ ...outcome, status }, because);
  };

  const decode = (one: HandedIn): Decoded => {
    if ('refused' in one) return one;
    const decoded = decodeTransaction(one.value, rules);
    if (decoded.ok) return { transaction: decoded.value };
    const { path, detail } = decoded.problem;
    const within = one.path === '' || path === '' ? `${one.path}${path}` : `${one.path}.${path}`;
    return { refused: problem('invalid_transaction', detail, { path: within }) };
  };

  /** In as many turns as it takes. @returns what was found, and what has been handed in of it */
  const handIn = async (
    { socket }: IncomingMessage,
    handedIn: readonly HandedIn[],
  ): Promise<{ readonly slots: readonly Decoded[]; readonly submitted: Promise<readonly SubmitOutcome[]> }> => {
    const slots: Decoded[] = [];
    let submitted: Promise<readonly SubmitOutcome[]> = Promise.resolve([]);
    do {
      await turns.run(socket, () => {
        for (const one of handedIn.slice(slots.length, slots.length + decodedTogether)) slots.push(decode(one));
        if (slots.length < handedIn.length) return;
        const transactions = slots.flatMap((slot) => ('transaction' in slot ? slot.transaction : []));
        // Its end is not waited for there: others are handed in meanwhile.
        if (transactions.length > 0) submitted = node.submit(transactions);
      });
    } while (slots.length < handedIn.length);
    return { slots, submitted };
  };

  const judgeWith = (request: IncomingMessage, wait: Wait | undefined): Judge => {
    return async (handedIn) => {
      const { slots, submitted } = await handIn(request, handedIn);
      const outcomes = await submitted;
      metrics.submitted(outcomes);
      let next = 0;
      const outcome = (): SubmitOutcome => outcomes[next++]!;
      const reply = async (slot: Decoded): Promise<Reply> => {
        if ('refused' in slot) return slot.refused;
        return wait === undefined ? outcomeReply(outcome()) : decided(outcome(), wait);
      };
      return Promise.all(slots.map(reply));
    };
  };

  const answerJson = async (request: IncomingMessage, judge: Judge): Promise<Reply> => {
    const body = await readJson(request, limits.maxBodyBytes, turns);
    if (!body.ok) return body.problem;
    if (!Array.isArray(body.value)) return (await judge([{ value: body.value, path: '' }]))[0]!;
    const values = body.value as readonly unknown[];
    if (values.length > limits.maxBatch) {
      const detail = `The list has ${values.length} transactions; at most ${limits.maxBatch} are taken at once.`;
      return problem('batch_too_large', detail);
    }
    const replies = await judge(values.map((value, i) => ({ value, path: `[${i}]` })));
    return {
      status: 200,
      body: { items: replies.map((reply) => reply.body) },
      caching: 'never',
      headers: {},
      problem: false,
    };
  };

  return async (request, response, rawQuery) => {
    const query = parseQuery(asked, rawQuery);
    if (!query.ok) return sendReply(response, query.problem);
    const { wait, timeout_ms } = asked.parse(Object.fromEntries(rawQuery));
    const judge = judgeWith(
      request,
      wait === undefined ? undefined : { timeoutMs: timeout_ms ?? 10_000, gone: closeOf(response) },
    );
    if (isLines(request)) return answerLines(request, response, { judge, limits });
    sendReply(response, await answerJson(request, judge));
  };
}

/**
 * One outcome as an answer: 202 while it waits, 200 once its fate is known.
 * @param more of an accepted one, what else is to be said of it
 */
export function outcomeReply(outcome: SubmitOutcome, more: object = {}): Reply {
  switch (outcome.kind) {
    case 'accepted': {
      const { status } = outcome;
      return {
        status: status.status === 'pending' ? 202 : 200,
        body: { ...shownStatus(status), ...(outcome.known ? { known: true } : {}), ...more },
        caching: 'never',
        headers: { location: `/v1/transactions/${status.id}` },
        problem: false,
      };
    }
    case 'refused':
      return refusalReply(outcome.refusal.code, outcome.refusal.detail);
    case 'conflict': {
      const detail = `Transaction ${outcome.other} holds this nonce already.`;
      return problem('nonce_taken', detail, { path: 'nonce', extra: { other: outcome.other } });
    }
    case 'full':
      return problem('mempool_full', outcome.detail, { headers: { 'retry-after': String(outcome.retry_after_s) } });
  }
}
