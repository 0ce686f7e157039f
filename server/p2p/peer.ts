/** One proved peer: what it said, what we measured, and what it may still do. */
import type { PublicKey } from '../../ledger/values/text.js';
import type { Clock, Head, PeerId } from '../replica/ports.js';
import { encodeLine } from './encode-line.js';
import type { GossipPeer } from './gossip.js';
import { isReachable } from './handshake.js';
import { claimedAddress, formatHostPort } from './host-port.js';
import {
  CHECKING_MS_BURST,
  CHECKING_MS_PER_SECOND,
  HELP_PAGES_BURST,
  HELP_PAGES_PER_SLOT,
  SERVED_REQUESTS_BURST,
  SERVED_REQUESTS_PER_SECOND,
} from './limits.js';
import type { Hello, HostPort, WireMessage, WireType } from './messages.js';
import { createOpenRequests, type OpenRequests } from './open-requests.js';
import type { PeerView } from './peer-network.js';
import { createPingState, type PingState } from './pings.js';
import type { Session } from './session.js';
import { createTokenBucket, type TokenBucket } from './token-bucket.js';

export interface Peer extends Omit<GossipPeer<Buffer>, 'sendLine'> {
  sendLine(line: Buffer, type: WireType): boolean;
  readonly session: Session;
  readonly direction: 'inbound' | 'outbound';
  /** The address dialled, or where an inbound peer says it can be reached; undefined: nowhere. */
  readonly reachableAt: HostPort | undefined;
  readonly connectedAt: number;
  readonly pings: PingState;
  readonly requests: OpenRequests;
  /** What it may make us look up. */
  readonly served: TokenBucket;
  /** How long it may make us check signatures, in ms. */
  readonly checking: TokenBucket;
  /** Pages of blocks that it may send unasked. */
  readonly help: TokenBucket;
  neighbours: ReadonlySet<PublicKey>;
  head: Head;
  violations: number;
  messagesIn: number;
  messagesOut: number;
  /** Bulk lines let go because it reads too slowly. */
  dropped: number;
  /** @returns false if it was not sent: too long, too many questions open, or the peer is slow. */
  send(message: WireMessage): boolean;
  view(): PeerView;
}

/** @param hello what the session's far end said, proved @param dialled the address, if we opened */
export function createPeer(
  id: PeerId,
  session: Session,
  hello: Hello,
  dialled: HostPort | undefined,
  clock: Clock,
  nextId: () => number,
  wallNow: () => number,
  slotMs: number,
): Peer {
  const direction = session.role === 'opener' ? 'outbound' : 'inbound';
  const address = formatHostPort(session.remote);
  const validator = session.validator();
  const peer: Peer = {
    id,
    session,
    node: hello.node,
    validator,
    direction,
    reachableAt: dialled ?? claimedAddress(session.remote.host, hello),
    connectedAt: clock.now(),
    pings: createPingState(clock, nextId, wallNow),
    requests: createOpenRequests(clock),
    served: createTokenBucket(clock, SERVED_REQUESTS_PER_SECOND, SERVED_REQUESTS_BURST),
    checking: createTokenBucket(clock, CHECKING_MS_PER_SECOND, CHECKING_MS_BURST),
    help: createTokenBucket(clock, (HELP_PAGES_PER_SLOT * 1000) / slotMs, HELP_PAGES_BURST),
    neighbours: new Set(),
    head: hello.head,
    violations: 0,
    messagesIn: 0,
    messagesOut: 0,
    dropped: 0,
    send: (message) => peer.requests.onSend(message) && peer.sendLine(encodeLine(message), message.type),
    sendLine(line, type) {
      const sent = session.sendLine(line, type);
      if (sent) peer.messagesOut += 1;
      else peer.dropped += 1;
      return sent;
    },
    view() {
      const rttMs = peer.pings.rttMs();
      const clockOffsetMs = peer.pings.clockOffsetMs();
      return {
        peer: id,
        node: hello.node,
        direction,
        address: peer.reachableAt ?? address,
        isHidden: !isReachable(hello),
        ...(validator === undefined ? {} : { validator }),
        head: peer.head,
        ...(rttMs === undefined ? {} : { rttMs }),
        ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
        connectedAt: peer.connectedAt,
        bytesIn: session.connection.bytesIn(),
        bytesOut: session.connection.bytesOut(),
      };
    },
  };
  return peer;
}
