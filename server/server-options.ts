/** What a user can ask of a Server: plain data, every field optional, each with its starting value. */
import type { Genesis } from '../ledger/values/genesis.js';
import type { Hash, PublicKey } from '../ledger/values/text.js';
import type { Anonymous } from './http/access.js';
import type { TlsFiles } from './http/tls-files.js';
import type { Checkpoint } from './replica/checkpoint.js';

export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface ServerOptions {
  /**
   * Home directory: genesis, keys, ledger and mempool. It is created when it does not exist. Without it the server
   * lives in a temporary directory that `stop()` removes.
   */
  readonly home?: string;
  /** Genesis of a new chain. Absent: the home's own; in an empty home a development chain is made. */
  readonly genesis?: Genesis;
  /** Of the node's keys, where `server keys seal` has put one on them. Nothing keeps or logs it. */
  readonly keyPassword?: string;
  /** The only genesis hash to accept, from the home, from `genesis` or from a bootstrap peer. */
  readonly genesisHash?: Hash;
  /**
   * Whether a chain that is not a development chain may run as the superuser. Starting value true: a program decides
   * for itself; `server start` says false.
   */
  readonly allowRoot?: boolean;
  /**
   * A final block known by another way: a node that finds another one at its height does not start, or stops. Until it is
   * reached the node is not ready.
   */
  readonly checkpoint?: Checkpoint;
  /** Leading zero hex digits of every block hash of a NEW chain, 0–5. Starting value 0. */
  readonly difficulty?: number;
  /** Slot duration of a NEW development chain, in ms. Starting value 1000. */
  readonly slotDurationMs?: number;
  /** Slots an epoch of a NEW development chain. Starting value 30. */
  readonly slotsPerEpoch?: number;
  /** Unix time in ms of slot 0 of a NEW development chain. Starting value: now. */
  readonly genesisTime?: number;
  /** Whether to answer HTTP. Starting value true. */
  readonly http?: boolean;
  /** Where HTTP listens. Starting value 127.0.0.1. */
  readonly httpHost?: string;
  /** Paths of certificate and key, PEM, for HTTPS; replaced files are taken without a restart. Absent: plain HTTP. */
  readonly httpTls?: TlsFiles;
  /** What HTTP grants those who show no API key. Starting value 'submit': to read and to hand in transactions. */
  readonly httpAnonymous?: Anonymous;
  /** Event streams (`GET /v1/events`) open at one time; further ones get 503. 0 to 10,000. Starting value 256. */
  readonly httpMaxListeners?: number;
  /** A port of its own for `GET /metrics`, on `httpHost`; also without HTTP. Starting value: none. 0 takes a free one. */
  readonly metricsPort?: number;
  /**
   * A file to which everything that the consensus core is given and does is appended, for `server replay`. At most
   * 1 GiB; readable by its owner only; nothing secret in it. Starting value: none.
   */
  readonly record?: string;
  /**
   * Whether to take less memory, for a small machine: a slower node with shorter queues (docs/PERFORMANCE.md). Starting
   * value false.
   */
  readonly lowMemory?: boolean;
  /** Starting value 'info', 'silent' in a temporary home. */
  readonly logLevel?: LogLevel;
  /** Readable lines instead of JSON. Starting value: whether standard output is a terminal. */
  readonly prettyLogs?: boolean;
}

/** The node's place among peers. */
export interface NetworkConfig {
  /** Starting value false. */
  readonly enableP2P?: boolean;
  /** A readable name for logs; the identity that peers see is the node key. */
  readonly nodeId?: string;
  /** `host:port` each. */
  readonly bootstrapPeers?: readonly string[];
  /** Starting value 0.0.0.0. */
  readonly listenAddr?: string;
  /** Starting value 9000; 0 takes a free one. */
  readonly p2pPort?: number;
  /** Starting value 50. */
  readonly maxPeers?: number;
  /** `host:port` by which others reach this node. Starting value: the address they see it come from, with `p2pPort`. */
  readonly advertise?: string;
  /** Whether to ask peers for addresses and to tell them. Starting value true. */
  readonly peerExchange?: boolean;
  /** true: dials bootstrap peers only and answers nothing before a peer has proved its key. Starting value false. */
  readonly privateMode?: boolean;
  /**
   * Whether to speak mutual TLS 1.3 with peers, by certificates of the node keys, and with nobody without it. Starting
   * value false.
   */
  readonly tls?: boolean;
  /** Node keys; if given, no others are talked to. */
  readonly allow?: readonly PublicKey[];
  /** Node keys that are not talked to. */
  readonly deny?: readonly PublicKey[];
}
