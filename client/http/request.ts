/** One HTTP exchange with a node: a JSON answer, a typed problem, or nobody there. */
import type { ProblemAnswer } from '../api-types.js';
import { abortWith } from './abort-with.js';
import { answerText } from './answer-text.js';
import { ApiProblem, NodeUnreachable } from './problem.js';

export interface Connection {
  /** Without a slash at its end. */
  readonly url: string;
  readonly fetch: typeof fetch;
  /** For an answer to a request that does not wait for finality, in ms. */
  readonly timeoutMs: number;
}

export type Query = { readonly [name: string]: string | number | undefined };

export interface RequestOptions {
  readonly query?: Query;
  readonly body?: unknown;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Whether to ask once more when the connection breaks: to do so twice changes nothing. Starting value: of a GET. */
  readonly repeatable?: boolean;
}

/**
 * @throws ApiProblem if the node refuses, NodeUnreachable if it does not answer; the reason of `signal` if it aborts.
 */
export async function request<Answer>(
  connection: Connection,
  method: 'GET' | 'POST',
  path: string,
  options: RequestOptions = {},
): Promise<Answer> {
  const headers: Record<string, string> = { accept: 'application/json' };
  const init: RequestInit = { method, headers };
  if (options.body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(options.body);
  }
  const { controller, letGo } = abortWith(options.signal);
  // Not AbortSignal.timeout: Node.js ends a process that has nothing else to wait for, without a word, before `fetch`
  // has said that the connection broke.
  const late = (): void => controller.abort(new DOMException('no answer', 'TimeoutError'));
  const timer = setTimeout(late, options.timeoutMs ?? connection.timeoutMs);
  init.signal = controller.signal;
  const ask = async (): Promise<readonly [Response, string]> => {
    const response = await connection.fetch(`${connection.url}${path}${queryText(options.query)}`, init);
    return [response, await answerText(response)];
  };
  let arrived = false;
  // A node closes a connection that was idle for seconds, perhaps just as it is used again.
  const askAgain = (error: unknown): ReturnType<typeof ask> => {
    if (!(options.repeatable ?? method === 'GET') || reasonOf(error) !== broke) throw error;
    arrived = true;
    return ask();
  };
  try {
    const [response, text] = await ask().catch(askAgain);
    return answerOf<Answer>(connection, response, text);
  } catch (error) {
    if (error instanceof ApiProblem || error instanceof NodeUnreachable) throw error;
    options.signal?.throwIfAborted();
    throw unreachable(connection.url, error, arrived || !isUnconnected(error));
  } finally {
    clearTimeout(timer);
    letGo();
  }
}

/** The problem that a response other than 2xx stands for. */
export function problemOf(response: Response, body: unknown): ApiProblem {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<ProblemAnswer>;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  // Whoever follows 301 or 302 asks there with GET, whatever was to be posted.
  const sentOn = response.redirected && response.status === 405 ? response.url : response.headers.get('location');
  return new ApiProblem(
    response.status,
    problem.code ?? `http_${response.status}`,
    problem.detail ?? `The node answered ${response.status} ${response.statusText}.`.replace(' .', '.'),
    sentOn !== null && URL.canParse(sentOn)
      ? `What was posted is sent on to ${new URL(sentOn).origin}: name that address as the node.`
      : (problem.fix ?? 'Check that --node names the HTTP port of a slotledger node.'),
    problem.path,
    Number.isFinite(retryAfter) && retryAfter >= 0 ? retryAfter : undefined,
  );
}

function answerOf<Answer>(connection: Connection, response: Response, text: string): Answer {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    if (!response.ok) throw problemOf(response, undefined);
    throw new NodeUnreachable(connection.url, 'what answers there does not speak JSON');
  }
  if (!response.ok) throw problemOf(response, body);
  return body as Answer;
}

function queryText(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

const broke = 'the connection broke';

type Cause = { readonly code?: string; readonly message?: string } | undefined;

const causeOf = (error: unknown): Cause => (error instanceof Error ? (error.cause as Cause) : undefined);

/** Whether there was no connection over which anything could be sent. */
const isUnconnected = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].includes(causeOf(error)?.code ?? '');

/** fetch hides what happened in `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  const cause = causeOf(error);
  switch (cause?.code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'unknown host name';
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return broke;
    case 'UND_ERR_CONNECT_TIMEOUT':
      return 'no answer in time';
    default:
      return tlsFaultOf(cause)?.reason ?? (cause?.message || error.message);
  }
}

/** With what helps, where somebody is there who shows another certificate than is wanted, or none. */
export const unreachable = (url: string, error: unknown, mayHaveArrived = true): NodeUnreachable =>
  new NodeUnreachable(url, reasonOf(error), mayHaveArrived, tlsFaultOf(causeOf(error))?.fix);

interface TlsFault {
  readonly codes: RegExp;
  readonly reason: string;
  readonly fix: string;
}

const tlsFaults: readonly TlsFault[] = [
  {
    codes: /^(ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE)|EPROTO)$/,
    reason: 'it does not speak TLS: write http:// where a node has no certificate',
    fix: 'Write http:// instead of https:// in --node.',
  },
  {
    codes:
      /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/,
    reason: 'its certificate is by no authority known here: name yours in NODE_EXTRA_CA_CERTS',
    fix: 'Set NODE_EXTRA_CA_CERTS to the PEM file of the authority that made it, and run this again.',
  },
  {
    codes: /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    reason: 'its certificate has expired, or begins later: is the clock of this machine right?',
    fix: 'Put a new certificate and key in the place of its files: a running node takes them within seconds.',
  },
  {
    codes: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    reason: 'its certificate is for other names',
    fix: 'Name the node as its certificate does, with --node https://NAME:PORT.',
  },
];

const tlsFaultOf = (cause: Cause): TlsFault | undefined => tlsFaults.find(({ codes }) => codes.test(cause?.code ?? ''));
