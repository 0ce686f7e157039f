/** Everything in the HTTP floor that can grow, with its bound and why. */

export const defaultMaxListeners = 256;
/** More streams than this want more than one process's file descriptors and half of its time. */
export const mostListeners = 10_000;

export interface HttpLimits {
  /** Bytes of a request body. 1 MiB holds more than `maxBatch` ordinary transactions. */
  readonly maxBodyBytes: number;
  /** Transactions in one POST: at some 50 microseconds a signature, a batch stays far below a slot. */
  readonly maxBatch: number;
  /** Bytes of the request line and headers together; node:http answers 431 above it. */
  readonly maxHeaderBytes: number;
  /** Time for a client to send its headers, and its whole request, in ms: slow senders hold a socket no longer. */
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** How often these two are looked at, in ms. */
  readonly connectionsCheckMs: number;
  /** A proxy keeps idle connections for 60 s as a rule. It has to be the first to close, or it asks where nobody listens any more. */
  readonly keepAliveTimeoutMs: number;
  /** Then the client connects again, so that no connection lives for ever. */
  readonly maxRequestsPerSocket: number;
  /** Answers that one connection may have to come: a packet holds a thousand questions, and each is held with its headers, some KiB. */
  readonly maxOpenAnswers: number;
  /** Besides event streams. Idle ones give way to new ones. */
  readonly maxConnections: number;
  /** Longest `timeout_ms` of `?wait=final`. */
  readonly maxWaitMs: number;
  /** Answers that wait for finality at one time; further ones are answered at once as pending. */
  readonly maxWaiting: number;
  /**
   * Open event streams, 0 to `mostListeners`: the operator's choice. Each holds its socket and at most 32 KiB and one event
   * that the socket has not taken; events are shared by all.
   */
  readonly maxListeners: number;
  /** A connection on which nothing is taken of an answer for so long, in ms, ends: the answer is held until then. */
  readonly answerStallMs: number;
  /** A listener that reads nothing for so long, in ms, is closed; it can resume where it stopped. */
  readonly listenerStallMs: number;
  /** Pause between heartbeats on an event stream, in ms: below the usual 60 s of proxies. */
  readonly heartbeatMs: number;
  /** Requests an address may make in 10 seconds. */
  readonly requestsPer10s: number;
  /** Requests in 10 seconds with one API key that has no rate of its own. */
  readonly keyRequestsPer10s: number;
  /** Whether requests from this machine count too. */
  readonly limitLoopback: boolean;
  /** Host names accepted besides those of the loopback interface while bound to it. */
  readonly allowedHosts: readonly string[];
  /** Web origins, such as `https://wallet.example`, that may read and post; none by default. */
  readonly allowedOrigins: readonly string[];
}

export const defaultHttpLimits: HttpLimits = {
  maxBodyBytes: 1_048_576,
  maxBatch: 1000,
  maxHeaderBytes: 16_384,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  connectionsCheckMs: 2_000,
  keepAliveTimeoutMs: 65_000,
  maxRequestsPerSocket: 100_000,
  maxOpenAnswers: 64,
  maxConnections: 2_000,
  maxWaitMs: 60_000,
  maxWaiting: 10_000,
  maxListeners: defaultMaxListeners,
  answerStallMs: 30_000,
  listenerStallMs: 30_000,
  heartbeatMs: 15_000,
  requestsPer10s: 2_000,
  keyRequestsPer10s: 2_000,
  limitLoopback: false,
  allowedHosts: [],
  allowedOrigins: [],
};
