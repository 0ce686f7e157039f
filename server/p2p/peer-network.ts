/**
 * The node's peers as one thing: listens, dials, proves, relays, answers. It is the Network port of a real node.
 * One rule: a message reaches `receive` only from a peer whose identity is proved and after it was decoded.
 */

import type { Block } from '../../ledger/values/block.js';
import type { Signer, Verifier } from '../../ledger/values/crypto.js';
import type { ChainRules } from '../../ledger/values/decode-transaction.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import type { Height } from '../../ledger/values/numbers.js';
import type { Hash, PublicKey } from '../../ledger/values/text.js';
import type { NodeCertificate } from '../crypto/node-certificate.js';
import type { BlocksPage, Clock, Head, Network, PeerId, ReplicaMessage, Verdict } from '../replica/ports.js';
import type { Ban } from './ban-list.js';
import type { HostPort } from './messages.js';
import type { ReasonCount } from './reason-counts.js';

/** The part of pino that the network uses. */
export interface PeerLogger {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

/** What this node answers about itself, before hello too. */
export interface Answers {
  head(): Head;
  genesis(): Genesis;
  /** Final blocks from `from` on: at most `count`, about `maxBytes` as JSON. */
  page(from: Height, count: number, maxBytes: number): BlocksPage;
  blockByHash(hash: Hash): Block | undefined;
}

export interface PeerNetworkOptions {
  /** Chain id and parameters, by which messages are decoded. */
  readonly rules: ChainRules;
  readonly genesisHash: Hash;
  readonly nodeSigner: Signer;
  /** Lets validators' messages reach this node directly. */
  readonly validatorSigner?: Signer;
  readonly verifier: Verifier;
  /** For intervals: best one that nobody sets. */
  readonly clock: Clock;
  /** The machine's clock, which peers compare with theirs, Unix ms. Starting value: `clock`. */
  readonly wallNow?: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** 32 unpredictable bytes as a hash text, for challenges. */
  readonly randomHash: () => Hash;
  readonly logger: PeerLogger;
  /** Where to listen; absent: do not. Port 0 lets the system choose. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** `--p2p-advertise` */
  readonly advertise?: HostPort;
  readonly bootstrap: readonly HostPort[];
  /** Path of peers.json; absent: addresses are not remembered. */
  readonly peersFile?: string;
  /** `--tls`: the certificate of the node key. Absent: without TLS. */
  readonly tls?: NodeCertificate;
  /** Path of bans.json; absent: bans end with the process. */
  readonly bansFile?: string;
  readonly maxPeers?: number;
  /** Default true; false: neither asks for nor tells addresses. */
  readonly peerExchange?: boolean;
  /** Default false; true: dials only bootstrap addresses, tells nothing before hello. */
  readonly privateMode?: boolean;
  /** Node keys; if given, all others are refused. */
  readonly allow?: readonly PublicKey[];
  readonly deny?: readonly PublicKey[];
  readonly answers: Answers;
  /** Every message of a proved peer that is the replica's business; pings and pongs too (already answered). */
  readonly receive: (peer: PeerId, message: ReplicaMessage) => Verdict;
  /** How long `receive` has spent on checking signatures since the start, in ms. Starting value: always 0. */
  readonly checkingMs?: () => number;
  readonly onPeer?: (peer: PeerId, head: Head) => void;
  readonly onPeerGone?: (peer: PeerId) => void;
  /** A node is refused from now on, for what it did or because an operator said so. */
  readonly onBan?: (ban: Ban) => void;
}

/** One proved peer, for status pages and the clock check. */
export interface PeerView {
  readonly peer: PeerId;
  readonly node: PublicKey;
  readonly direction: 'inbound' | 'outbound';
  readonly address: HostPort;
  /** It does not say where it can be reached: its address is for this node alone. */
  readonly isHidden: boolean;
  /** Proved in the handshake. */
  readonly validator?: PublicKey;
  readonly head: Head;
  readonly rttMs?: number;
  /** Its clock minus ours, ms, by the midpoint of the fastest of the last pings. */
  readonly clockOffsetMs?: number;
  readonly connectedAt: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface PeerNetworkStats {
  readonly peersInbound: number;
  readonly peersOutbound: number;
  readonly messagesReceived: number;
  readonly messagesSent: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Messages passed on for others. */
  readonly relayed: number;
  /** Messages that had arrived before. */
  readonly duplicates: number;
  /** Relays saved because the neighbour has it from the sender. */
  readonly pruned: number;
  /** Time of this thread that peers' unasked messages took for checking signatures. */
  readonly checkingMs: number;
  readonly violations: number;
  readonly droppedPeers: number;
  readonly bannedPeers: number;
  /** Bans that stand now. */
  readonly bans: number;
  /** Why peers were dropped or banned. */
  readonly drops: readonly ReasonCount[];
  /** Bulk messages not sent because the peer is slow. */
  readonly droppedMessages: number;
}

export interface PeerNetwork extends Network {
  /** Listens and dials. @returns the port it listens on, if it does. Rejects with the system's error (EADDRINUSE). */
  start(): Promise<number | undefined>;
  /** Closes every connection, writes peers.json. */
  stop(): Promise<void>;
  /** Dials this address now, and again whenever the connection is lost. */
  connect(address: HostPort): void;
  /** Drops a peer that turned out to be of no use. */
  blame(peer: PeerId, verdict: 'disconnect' | 'ban', reason: string): void;
  /** Refuses a node from now on, whether it is connected or not. @param forMs ms; default an hour, at most a year */
  ban(node: PublicKey, reason: string, forMs?: number): Ban;
  /** @returns whether it was banned. */
  liftBan(node: PublicKey): boolean;
  bans(): readonly Ban[];
  /** Tells peers about this node's head now, not at the next ping. */
  announceHead(): void;
  peerViews(): readonly PeerView[];
  /** Why bootstrap addresses lead to no peer: the reasons, without addresses. */
  bootstrapTrouble(): readonly string[];
  /** At a bootstrap address. */
  meetsOtherVersion(): boolean;
  /** The machine's clock was set: offsets are measured anew, beginning now. */
  forgetClockOffsets(): void;
  stats(): PeerNetworkStats;
}
