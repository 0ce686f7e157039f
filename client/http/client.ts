/** The typed client of a node's HTTP API: one method for each route of docs/HTTP-API.md. */
import type { Address, Hash } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type {
  AccountAnswer,
  AccountListItem,
  AccountProofAnswer,
  AccountTransaction,
  BatchItem,
  BlockAnswer,
  BlockListItem,
  EpochAnswer,
  EpochLink,
  EventType,
  EvidenceItem,
  GenesisAnswer,
  LedgerEvent,
  LimitsAnswer,
  MempoolAnswer,
  Page,
  PageRequest,
  PeerItem,
  ReadinessAnswer,
  ScheduleAnswer,
  StatusAnswer,
  SupplyAnswer,
  TransactionAnswer,
  TransactionProofAnswer,
} from '../api-types.js';
import { answerTimeout, checkFetch, checkKey, nodeAddress, refuseUnknown } from './check-options.js';
import { type EventsOptions, readEvents } from './events.js';
import { type Connection, request } from './request.js';
import { type SendOptions, sendAndWait, waitUntilFinal } from './send-and-wait.js';
import { submitLines } from './submit-lines.js';

export interface ClientOptions {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string | URL;
  /** For one answer, in ms; by default 10,000. */
  readonly timeoutMs?: number;
  /** Shown with every request; nodes that let nobody in without one need it. */
  readonly apiKey?: string;
  /** By default the global one. */
  readonly fetch?: typeof fetch;
}

/** Every method rejects with ApiProblem or NodeUnreachable. Options that are not known or not possible are a TypeError. */
export interface Client {
  readonly url: string;
  status(): Promise<StatusAnswer>;
  limits(): Promise<LimitsAnswer>;
  genesis(): Promise<GenesisAnswer>;
  /** Newest first. */
  blocks(page?: PageRequest): Promise<Page<BlockListItem>>;
  block(at: number | Hash | 'latest'): Promise<BlockAnswer>;
  /** Hands a signed transaction in. The same again is safe and gets the same answer. */
  submit(transaction: Transaction): Promise<TransactionAnswer>;
  /** At most `http.max_batch` of limits(); one answer for each, in order. */
  submitMany(transactions: readonly Transaction[]): Promise<readonly BatchItem[]>;
  /**
   * Hands in as many as there are over one request, taking them as the node takes them; yields one answer for each, in
   * order. `timeoutMs` is then for a pause without any answer. A request may last 30 s, a node's starting value.
   */
  submitStream(
    transactions: Iterable<Transaction> | AsyncIterable<Transaction>,
  ): AsyncGenerator<BatchItem, void, undefined>;
  /** Hands it in and waits until it is final, over restarts of the node and lost connections. */
  sendAndWait(transaction: Transaction, options?: SendOptions): Promise<TransactionAnswer>;
  /** Waits until a transaction that was handed in is final. */
  waitUntilFinal(id: TransactionId, options?: SendOptions): Promise<TransactionAnswer>;
  transaction(id: TransactionId): Promise<TransactionAnswer>;
  /** Funded accounts, in the order in which they came into being. */
  accounts(page?: PageRequest): Promise<Page<AccountListItem>>;
  /** As of final block `index`; by default the latest. */
  account(address: Address, options?: { readonly index?: number }): Promise<AccountAnswer>;
  accountTransactions(address: Address, page?: PageRequest): Promise<Page<AccountTransaction>>;
  epoch(number: number | 'current'): Promise<EpochAnswer>;
  schedule(
    epoch: number | 'current',
    options?: { readonly fromSlot?: number; readonly count?: number },
  ): Promise<ScheduleAnswer>;
  mempool(): Promise<MempoolAnswer>;
  pendingTransactions(page?: PageRequest): Promise<Page<Transaction>>;
  evidence(page?: PageRequest): Promise<Page<EvidenceItem>>;
  supply(): Promise<SupplyAnswer>;
  accountProof(address: Address, options?: { readonly index?: number }): Promise<AccountProofAnswer>;
  /** Of a final transaction. */
  transactionProof(id: TransactionId): Promise<TransactionProofAnswer>;
  /** From the validators of epoch `after` to later ones, at most `limit` (1 to 100, default 20); none: there is no later epoch. */
  epochLinks(after: number, options?: { readonly limit?: number }): Promise<readonly EpochLink[]>;
  peers(): Promise<readonly PeerItem[]>;
  /** Development chains only: pays from the treasury. */
  faucet(address: Address, amount?: number): Promise<TransactionAnswer>;
  /**
   * Events from now on, or after `since`, until `signal` aborts; of `types` alone, where they are named. The first
   * connection has to succeed; one that is lost later is taken up again where it was.
   */
  events<Type extends EventType = EventType>(
    options?: EventsOptions<Type>,
  ): AsyncGenerator<LedgerEvent<Type>, void, undefined>;
  /** Whether the node is ready to serve, with the reasons if it is not. */
  ready(): Promise<ReadinessAnswer>;
}

/** Asks nobody yet. @throws TypeError for options that cannot be meant */
export function createClient(options: ClientOptions): Client {
  refuseUnknown('createClient', options, ['url', 'timeoutMs', 'apiKey', 'fetch']);
  const plain = checkFetch(options?.fetch) ?? ((input, init) => fetch(input, init));
  const connection: Connection = {
    url: nodeAddress(options?.url),
    fetch: withKey(checkKey(options?.apiKey), plain),
    timeoutMs: answerTimeout(options?.timeoutMs),
  };
  const get = <Answer>(path: string, query?: { readonly [name: string]: string | number | undefined }) =>
    request<Answer>(connection, 'GET', path, query === undefined ? {} : { query });
  const post = <Answer>(path: string, body: unknown) => request<Answer>(connection, 'POST', path, { body });
  /** What is signed is taken once, however often it is handed in. */
  const handIn = <Answer>(signed: unknown) =>
    request<Answer>(connection, 'POST', '/v1/transactions', { body: signed, repeatable: true });

  /** One segment of a path, whatever the program was given. */
  const part = (value: string | number): string => encodeURIComponent(value);

  return {
    url: connection.url,
    status: () => get('/v1/status'),
    limits: () => get('/v1/limits'),
    genesis: () => get('/v1/genesis'),
    blocks: (page) => get('/v1/blocks', { ...page }),
    block: (at) => get(`/v1/blocks/${part(at)}`),
    submit: (transaction) => handIn(transaction),
    submitMany: async (transactions) => (await handIn<{ readonly items: readonly BatchItem[] }>(transactions)).items,
    submitStream: (transactions) => submitLines(connection, transactions),
    sendAndWait: (transaction, sendOptions) => sendAndWait(connection, transaction, sendOptions),
    waitUntilFinal: (id, waitOptions) => waitUntilFinal(connection, id, waitOptions),
    transaction: (id) => get(`/v1/transactions/${part(id)}`),
    accounts: (page) => get('/v1/accounts', { ...page }),
    account: (address, at) => get(`/v1/accounts/${part(address)}`, { ...at }),
    accountTransactions: (address, page) => get(`/v1/accounts/${part(address)}/transactions`, { ...page }),
    epoch: (number) => get(`/v1/epochs/${part(number)}`),
    schedule: async (epoch, range) => {
      refuseUnknown('schedule', range, ['fromSlot', 'count']);
      return get(`/v1/epochs/${part(epoch)}/schedule`, { from_slot: range?.fromSlot, count: range?.count });
    },
    mempool: () => get('/v1/mempool'),
    pendingTransactions: (page) => get('/v1/mempool/transactions', { ...page }),
    evidence: (page) => get('/v1/evidence', { ...page }),
    supply: () => get('/v1/supply'),
    accountProof: (address, at) => get(`/v1/proofs/accounts/${part(address)}`, { ...at }),
    transactionProof: (id) => get(`/v1/proofs/transactions/${part(id)}`),
    epochLinks: async (after, linksOptions) =>
      (await get<{ readonly items: readonly EpochLink[] }>('/v1/proofs/epochs', { ...linksOptions, after })).items,
    peers: async () => (await get<{ readonly items: readonly PeerItem[] }>('/v1/peers')).items,
    faucet: (address, amount) => post('/v1/faucet', amount === undefined ? { address } : { address, amount }),
    events: (eventsOptions) => readEvents(connection, eventsOptions),
    ready: () => readiness(connection),
  };
}

function withKey(apiKey: string | undefined, plain: typeof fetch): typeof fetch {
  if (apiKey === undefined) return plain;
  return (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${apiKey}`);
    return plain(input, { ...init, headers });
  };
}

/** 503 is an answer here, not a problem. */
function readiness(connection: Connection): Promise<ReadinessAnswer> {
  const tolerant: typeof fetch = async (input, init) => {
    const response = await connection.fetch(input, init);
    return response.status === 503 ? new Response(response.body) : response;
  };
  return request<ReadinessAnswer>({ ...connection, fetch: tolerant }, 'GET', '/readyz');
}
