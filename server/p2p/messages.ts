/**
 * The messages on the wire: one JSON object a line, `type` first. docs/PEERS.md shows an example line of each, and a
 * test decodes every one of them. Messages of a replica are those of `ReplicaMessage`; `new_block` travels flat.
 * PROTOCOL section 7.
 */
import type { Genesis } from '../../ledger/values/genesis.js';
import type { ChainId, Hash, PublicKey, Signature } from '../../ledger/values/text.js';
import type { Head, ReplicaMessage } from '../replica/ports.js';

/** Raised when a node of one version can no longer talk to one of the other. */
export const PROTOCOL_VERSION = 1;

/** `host:port`; an IPv6 host stands in brackets. At most 261 characters. */
export type HostPort = string;

/** First message of both sides. Claims only; `proof` proves them. */
export interface Hello {
  readonly type: 'hello';
  readonly protocol: number;
  readonly chain: ChainId;
  readonly genesis_hash: Hash;
  readonly node: PublicKey;
  /** Where others can reach this node; absent if nowhere. */
  readonly advertise?: HostPort;
  /** Port this node listens on; the receiver joins it to the address it sees. Absent: it does not listen. */
  readonly listen_port?: number;
  readonly head: Head;
  /** 32 random bytes, fresh for every connection. */
  readonly challenge: Hash;
}

/** Answer to the other side's challenge. */
export interface Proof {
  readonly type: 'proof';
  /** By the node key, over the handshake text (server/p2p/handshake.ts). */
  readonly signature: Signature;
  /** Proves that this node also holds a validator key: by that key, over the same text naming it. */
  readonly validator?: { readonly key: PublicKey; readonly signature: Signature };
}

/** The far end's proof holds and long lines may come. Whoever has sent and received one is connected. */
export interface Welcome {
  readonly type: 'welcome';
}

/** Node keys that the sender is connected to now. Sent after the proof and on every change, at most once a second. */
export interface Neighbours {
  readonly type: 'neighbours';
  readonly nodes: readonly PublicKey[];
}

export interface PeerAddress {
  readonly node: PublicKey;
  readonly address: HostPort;
}

export type ErrorCode =
  | 'wrong_chain'
  | 'wrong_protocol'
  | 'bad_line'
  | 'bad_message'
  | 'bad_proof'
  | 'self'
  | 'duplicate'
  | 'hello_first'
  | 'private'
  | 'busy'
  | 'refused'
  | 'too_large'
  | 'timeout'
  | 'tls_needed';

/** Why something was refused, for the human or the node at the other end. The sender closes after most of them. */
export interface ErrorMessage {
  readonly type: 'error';
  readonly code: ErrorCode;
  readonly detail: string;
}

/** Messages that the network answers itself; the replica never sees them. */
export type LinkMessage =
  | Hello
  | Proof
  | Welcome
  | Neighbours
  | ErrorMessage
  | { readonly type: 'get_peers'; readonly id: number }
  | { readonly type: 'peers'; readonly id: number; readonly peers: readonly PeerAddress[] }
  | { readonly type: 'get_genesis'; readonly id: number }
  | { readonly type: 'genesis'; readonly id: number; readonly genesis: Genesis };

export type WireMessage = LinkMessage | ReplicaMessage;
export type WireType = WireMessage['type'];
