/** POST /v1/faucet: on a development chain the node that holds the treasury key pays who asks. */
import type { IncomingMessage } from 'node:http';
import { parseAddress } from './account-address.js';
import type { HttpMetrics } from './metrics.js';
import { issueWords, parseQuery } from './query.js';
import { readJson } from './read-json.js';
import { problem, type Reply } from './reply.js';
import type { RouteContext } from './route.js';
import { faucetBody } from './routes/submit-description.js';
import { outcomeReply } from './submit.js';

const defaultWholeTokens = 100;
const maxBytes = 4096;

export async function useFaucet(
  { node }: RouteContext,
  metrics: HttpMetrics,
  request: IncomingMessage,
  rawQuery: URLSearchParams,
): Promise<Reply> {
  const query = parseQuery(undefined, rawQuery);
  if (!query.ok) return query.problem;
  if (node.faucet === undefined) {
    return problem('faucet_disabled', `There is no faucet for ${node.genesis.name} on this node.`);
  }
  const body = await readJson(request, maxBytes);
  if (!body.ok) return body.problem;
  const parsed = faucetBody.safeParse(body.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.path.join('.') ?? '';
    return problem('invalid_body', `The body is wrong: ${issueWords(issue)}.`, {
      path,
    });
  }
  const to = parseAddress(node, parsed.data.address);
  if (!to.ok) return to.problem;
  const amount = parsed.data.amount ?? Math.min(defaultWholeTokens * 10 ** node.genesis.token.decimals, 1e12);
  const outcome = await node.faucet(to.value, amount);
  metrics.submitted([outcome]);
  return outcomeReply(outcome);
}
