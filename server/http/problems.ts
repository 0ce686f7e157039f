/**
 * The closed table of everything that HTTP refuses. A code never changes its meaning; `type` is the address of a page
 * on the node itself (/docs/problems/<code>). RFC 9457.
 */
import { refusalProblems } from './refusal-problems.js';

export interface ProblemEntry {
  readonly status: number;
  readonly title: string;
  /** One or two sentences for the page: what it means. */
  readonly meaning: string;
  /** What helps. Part of every answer. */
  readonly fix: string;
}

const requestProblems = {
  route_not_found: {
    status: 404,
    title: 'No such route',
    meaning: 'Nothing stands at this path.',
    fix: 'See /docs for all routes, or /openapi.json for a machine-readable list.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The path exists, but not for this HTTP method. The Allow header names those that work.',
    fix: 'Use a method that the Allow header names.',
  },
  unknown_parameter: {
    status: 400,
    title: 'Unknown query parameter',
    meaning:
      'The query has a parameter that this route does not know. It is refused so that a typing error is not ignored.',
    fix: 'Leave it out, or use one of the parameters that the detail lists.',
  },
  invalid_parameter: {
    status: 400,
    title: 'Invalid parameter',
    meaning: 'A part of the path or a query parameter does not have the form that this route needs.',
    fix: 'Correct the parameter that `path` names.',
  },
  invalid_cursor: {
    status: 400,
    title: 'Invalid cursor',
    meaning: 'The cursor was not given out for this list, or was changed on its way.',
    fix: 'Pass next_cursor of the previous page unchanged, or leave cursor out to start at the first page.',
  },
  malformed_request: {
    status: 400,
    title: 'Malformed HTTP request',
    meaning: 'What was sent is not HTTP/1.1 as this node reads it.',
    fix: 'Check the client or the proxy in between; unless the node has a certificate, plain HTTP is spoken here, not TLS.',
  },
  malformed_json: {
    status: 400,
    title: 'Malformed JSON',
    meaning:
      'The body is not strict JSON: UTF-8, no duplicate or `__proto__` keys, no lone surrogates, bounded depth, nothing after the value.',
    fix: 'Send one JSON value in UTF-8; the detail says what is wrong.',
  },
  api_key_needed: {
    status: 401,
    title: 'An API key is needed',
    meaning: 'This may be asked with an API key only, and none was shown.',
    fix: 'Send the header `authorization: Bearer <key>`; `server apikey add` makes a key.',
  },
  api_key_unknown: {
    status: 401,
    title: 'Unknown API key',
    meaning: 'The API key that was shown is not one of this node, or no longer.',
    fix: 'Show a key that `server apikey list` has, or none at all.',
  },
  role_too_low: {
    status: 403,
    title: 'The API key may not do this',
    meaning: 'The API key is known, but its role does not allow this request.',
    fix: 'Show a key with a higher role; `server apikey add --role` makes one.',
  },
  host_not_allowed: {
    status: 403,
    title: 'Host not allowed',
    meaning:
      'The node listens on this machine only, and the Host header names another one. This stops web pages that point their own name at 127.0.0.1.',
    fix: 'Call the node as 127.0.0.1 or localhost, or start it on another address with --http-host.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'Origin not allowed',
    meaning: 'A web page of another site tried to post here.',
    fix: "Post from a program or from the node's own page, or allow the origin when starting the node.",
  },
  request_timeout: {
    status: 408,
    title: 'Request took too long',
    meaning: 'The request did not arrive in full within the time limit.',
    fix: 'Send the request again, in smaller parts if the connection is slow.',
  },
  body_too_large: {
    status: 413,
    title: 'Body too large',
    meaning:
      'The body has more bytes than this route takes: for transactions http.max_body_bytes of GET /v1/limits, elsewhere 4096.',
    fix: 'Split the batch.',
  },
  batch_too_large: {
    status: 413,
    title: 'Too many transactions in one request',
    meaning: 'The list has more transactions than http.max_batch of GET /v1/limits.',
    fix: 'Split the batch.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    meaning: 'Bodies are JSON, uncompressed.',
    fix: 'Send the header `content-type: application/json` and no content-encoding.',
  },
  invalid_body: {
    status: 422,
    title: 'Invalid body',
    meaning: 'The body is JSON, but not of the form that this route needs.',
    fix: 'Correct the member that `path` names; /docs shows the form.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    meaning: 'This address made more requests than the node allows to one address.',
    fix: 'Wait as long as Retry-After says; post transactions in batches and use GET /v1/events instead of asking again and again.',
  },
  headers_too_large: {
    status: 431,
    title: 'Headers too large',
    meaning: 'The request line and headers are longer than the node reads.',
    fix: 'Send fewer or shorter headers.',
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    meaning: 'The node has a bug. What happened stands in its log.',
    fix: 'Look into the log of the node and report what it says.',
  },
  too_many_listeners: {
    status: 503,
    title: 'Too many event streams',
    meaning: 'As many event streams are open as the node serves.',
    fix: 'Wait as long as Retry-After says, or ask another node.',
  },
} as const satisfies { readonly [code: string]: ProblemEntry };

const ledgerProblems = {
  ledger_damaged: {
    status: 503,
    title: 'The ledger is damaged',
    meaning:
      'The ledger file of the node contradicts itself or its hashes. The node tells nothing that it cannot prove, and stops.',
    fix: 'Ask another node. Who runs this one lets `server verify` name the damage and `server repair` mend it, then starts the node again.',
  },
  ledger_unreadable: {
    status: 503,
    title: 'The ledger cannot be read',
    meaning:
      'The disk does not give what the ledger file of the node holds, and the node stops. Its log has the reason.',
    fix: 'Ask another node. Who runs this one looks into its log and at the disk, runs `server verify`, then starts the node again.',
  },
  block_not_found: {
    status: 404,
    title: 'No such final block',
    meaning: 'No final block has this index or hash.',
    fix: 'GET /v1/blocks/latest shows how far the chain is; a block appears once it is final and stored.',
  },
  transaction_not_found: {
    status: 404,
    title: 'Unknown transaction',
    meaning: 'This node has never seen a transaction with this id, or has forgotten one that was refused long ago.',
    fix: 'Check the id, or submit the signed transaction again: that is safe.',
  },
  epoch_not_found: {
    status: 404,
    title: 'Unknown epoch',
    meaning: 'No validator set is known for this epoch: it has not begun, had no blocks, or is no longer kept.',
    fix: 'Ask for /v1/epochs/current.',
  },
  index_not_final: {
    status: 404,
    title: 'Not final yet',
    meaning: 'The state was asked for as of a block that is not final.',
    fix: 'Use an index up to final.index of GET /v1/status, or leave it out.',
  },
  history_pruned: {
    status: 410,
    title: 'History is no longer kept',
    meaning: 'The node no longer keeps the state as of this block.',
    fix: 'Use a later index, or leave it out for the latest state.',
  },
  faucet_disabled: {
    status: 403,
    title: 'No faucet here',
    meaning: 'Only development chains have a faucet, and only on the node that holds the treasury key.',
    fix: 'Ask someone who holds tokens of this chain to send some.',
  },
  invalid_transaction: {
    status: 422,
    title: 'Not a transaction of this chain',
    meaning:
      'The JSON does not have the form of a transaction: a member is missing, unknown, of the wrong type or out of bounds.',
    fix: 'Correct the member that `path` names; /docs shows the form.',
  },
  nonce_taken: {
    status: 409,
    title: 'Nonce is taken',
    meaning: 'Another transaction of this account and lane with this nonce is waiting or final; `other` names it.',
    fix: 'Ask GET /v1/accounts/<address> for next_nonce, sign again and submit.',
  },
  mempool_full: {
    status: 503,
    title: 'Mempool is full',
    meaning: 'The node takes no more transactions until some have become final.',
    fix: 'Submit the same transaction again after Retry-After seconds.',
  },
} as const satisfies { readonly [code: string]: ProblemEntry };

const adminProblems = {
  ban_not_found: {
    status: 404,
    title: 'No such ban',
    meaning: 'The node is not banned, or not any more.',
    fix: 'GET /v1/admin/bans lists the bans that stand.',
  },
  peers_disabled: {
    status: 409,
    title: 'No peers here',
    meaning: 'The node was started without peers, so none can be connected to or banned.',
    fix: 'Start it with peers.',
  },
  backup_exists: {
    status: 409,
    title: 'Backup exists',
    meaning: 'There is a backup of this name, and none is ever overwritten.',
    fix: 'Choose another name.',
  },
  backup_running: {
    status: 409,
    title: 'Another backup is being made',
    meaning: 'Backups are made one at a time.',
    fix: 'Wait until the other one is done.',
  },
  backup_failed: {
    status: 503,
    title: 'The backup failed',
    meaning: 'The disk could not take the copy of the ledger. The node itself goes on.',
    fix: 'Look into the log of the node, free some space, and ask again.',
  },
} as const satisfies { readonly [code: string]: ProblemEntry };

const table = { ...requestProblems, ...ledgerProblems, ...adminProblems, ...refusalProblems };

export type ProblemCode = keyof typeof table;

export const problems: { readonly [Code in ProblemCode]: ProblemEntry } = table;

export const problemCodes = Object.keys(table) as readonly ProblemCode[];

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(table, code);
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly fix: string;
  readonly path?: string;
  readonly [extra: string]: unknown;
}

export function problemBody(
  code: ProblemCode,
  detail: string,
  path?: string,
  extra: { readonly [name: string]: unknown } = {},
): ProblemBody {
  const { status, title, fix } = problems[code];
  const at = path === undefined || path === '' ? {} : { path };
  return { type: `/docs/problems/${code}`, title, status, code, detail, fix, ...at, ...extra };
}
