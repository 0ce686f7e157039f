/**
 * Who is connected: accepts, dials, redials, admits and drops. The one rule: one connection to a node, by its proved
 * key, never more than maxPeers, and some room is always kept for peers that this node chose itself.
 */
import type { Socket } from 'node:net';
import type { Verifier } from '../../ledger/values/crypto.js';
import type { PublicKey } from '../../ledger/values/text.js';
import { createBoundedMap } from '../replica/bounded-map.js';
import type { Clock, PeerId } from '../replica/ports.js';
import { type AddressBook, createAddressBook } from './address-book.js';
import { type Ban, type BanList, createBanList } from './ban-list.js';
import { type BootstrapTrouble, createBootstrapTrouble } from './bootstrap-trouble.js';
import { createBoundedLog } from './bounded-log.js';
import type { DecodeMessage } from './decode-message.js';
import { createDialler } from './dialler.js';
import { createDoor } from './door.js';
import { FetchServer } from './fetch-server.js';
import { isReachable, newerReplaces } from './handshake.js';
import {
  ACCEPTED_BURST,
  ACCEPTED_PER_SECOND,
  ACCEPTED_RESERVE,
  DEFAULT_MAX_PEERS,
  HANDSHAKE_GRACE_MS,
  MAX_CONNECTIONS_PER_ADDRESS,
  MAX_GONE_PEERS,
  MAX_OUTBOUND,
  MAX_UNPROVED_CONNECTIONS,
  MISMATCHES_BURST,
  MISMATCHES_PER_SECOND,
  RESERVED_BURST_OF_SUBNET,
  RESERVED_PER_SECOND_OF_SUBNET,
  SUBNETS_OUTBOUND,
} from './limits.js';
import type { HostPort, PeerAddress, WireMessage } from './messages.js';
import { createPeer, type Peer } from './peer.js';
import type { PeerLogger, PeerNetworkOptions } from './peer-network.js';
import type { PublicAnswers } from './public-answers.js';
import { createReasonCounts, type ReasonCounts } from './reason-counts.js';
import { createSession, type Identity, type Refusal, type Session } from './session.js';
import { isSubnetFull } from './subnet-room.js';
import { createTlsTransport } from './tls-transport.js';
import { speaksPlain, speaksTls } from './tls-words.js';
import { createTokenBucket } from './token-bucket.js';

export interface PeerManagerOptions {
  readonly network: PeerNetworkOptions;
  readonly identity: Identity;
  readonly decode: DecodeMessage;
  readonly answers: PublicAnswers;
  readonly clock: Clock;
  readonly verifier: Verifier;
  readonly logger: PeerLogger;
  readonly nextId: () => number;
  readonly onPeer: (peer: Peer) => void;
  readonly onPeerGone: (peer: Peer) => void;
  readonly onMessage: (peer: Peer, message: WireMessage) => number;
}

export interface PeerManager {
  start(): Promise<number | undefined>;
  stop(): Promise<void>;
  /** Dials now, and again whenever the connection is lost, like a bootstrap address. */
  connect(address: HostPort): void;
  /** Proved peers in the order of connection, without those whose connection is closing. */
  peers(): Iterable<Peer>;
  /** With those. */
  everyPeer(): Iterable<Peer>;
  peer(id: PeerId): Peer | undefined;
  drop(peer: Peer, verdict: 'disconnect' | 'ban', reason: string): void;
  /** As `drop`, of a peer that may have gone before the verdict: its node is banned all the same. */
  blame(id: PeerId, verdict: 'disconnect' | 'ban', reason: string): void;
  /** Refuses this node from now on, connected or not. @param forMs default BAN_MS */
  ban(node: PublicKey, reason: string, forMs?: number): Ban;
  readonly bans: Pick<BanList, 'lift' | 'all'>;
  readonly reasons: Pick<ReasonCounts, 'all'>;
  readonly trouble: Pick<BootstrapTrouble, 'reasons' | 'meetsOtherVersion'>;
  /** For `peers`. */
  addresses(): readonly PeerAddress[];
  readonly book: AddressBook;
  listenPort(): number | undefined;
  readonly counters: { violations: number; dropped: number; banned: number; bytesIn: number; bytesOut: number };
}

export function createPeerManager(options: PeerManagerOptions): PeerManager {
  const { network, identity, clock, logger } = options;
  // Strangers must not be able to fill the log, with node keys of their own either.
  const strangers = createBoundedLog(logger, clock);
  const self = identity.node.publicKey;
  const maxPeers = network.maxPeers ?? DEFAULT_MAX_PEERS;
  const maxOutbound = Math.min(MAX_OUTBOUND, Math.ceil(maxPeers / 2));
  const maxInbound = maxPeers - Math.min(MAX_OUTBOUND, Math.floor(maxPeers / 2));
  const bans = createBanList({
    clock,
    file: network.bansFile,
    onFileProblem: (detail) => logger.warn({ detail }, 'bans are not kept over a restart'),
  });
  const reasons = createReasonCounts();
  const tls = network.tls && createTlsTransport(network.tls, clock);
  const mismatches = createTokenBucket(clock, MISMATCHES_PER_SECOND, MISMATCHES_BURST);
  const counters = { violations: 0, dropped: 0, banned: 0, bytesIn: 0, bytesOut: 0 };
  const book = createAddressBook({
    clock,
    random: network.random,
    bootstrap: network.bootstrap,
    file: network.peersFile,
    onFileProblem: (detail) => logger.warn({ detail }, 'remembered peers are not available'),
  });
  const trouble = createBootstrapTrouble(logger, book);

  const peersById = new Map<PeerId, Peer>();
  /** What some sent is looked at later than they go. */
  const goneById = createBoundedMap<PeerId, PublicKey>(MAX_GONE_PEERS);
  const peerBySession = new Map<Session, Peer>();
  /** Sessions whose node is proved and admitted, connected or about to be. */
  const sessionByNode = new Map<PublicKey, Session>();
  const sessions = new Set<Session>();
  const addressBySession = new Map<Session, HostPort>();
  let server: FetchServer | undefined;
  let connections = 0;

  function isWelcome(node: PublicKey): boolean {
    if (bans.isBanned(node) || network.deny?.includes(node)) return false;
    return network.allow === undefined || network.allow.includes(node);
  }

  /** Two nodes that can never meet as they are set up: an operator has to know, but not more often than now and then. */
  function mismatch(at: string, reason: string): void {
    if (mismatches.tryTake(1)) logger.warn({ at, reason }, 'a connection was refused');
  }

  function count(role: Session['role']): number {
    let found = 0;
    for (const session of sessionByNode.values()) if (session.role === role) found += 1;
    return found;
  }

  function admit(session: Session): Refusal | undefined {
    const hello = session.hello();
    const dialled = addressBySession.get(session);
    if (hello === undefined) return { code: 'hello_first', detail: 'say hello first' };
    const { node } = hello;
    if (dialled !== undefined) book.onProved(dialled, node, !isReachable(hello));
    if (!isWelcome(node)) {
      if (dialled !== undefined) trouble.unwelcome(dialled);
      return { code: 'refused', detail: 'this node does not talk to yours' };
    }
    const older = sessionByNode.get(node);
    if (older) {
      if (!newerReplaces(self, node, older.role === 'opener', session.role === 'opener')) {
        return { code: 'duplicate', detail: 'we are connected already' };
      }
      sessionByNode.delete(node);
      older.refuse({ code: 'duplicate', detail: 'another connection between us took its place' });
    } else if (sessionByNode.size >= maxPeers || (session.role === 'accepter' && count('accepter') >= maxInbound)) {
      return { code: 'busy', detail: `this node has its ${maxPeers} peers already: try others` };
    }
    sessionByNode.set(node, session);
    return undefined;
  }

  function open(
    socket: Socket,
    role: Session['role'],
    dialled: HostPort | undefined,
    proved: () => void,
    certificateKey: PublicKey | undefined,
  ): void {
    const session = createSession(socket, {
      certificateKey,
      role,
      identity,
      challenge: network.randomHash(),
      verifier: options.verifier,
      clock,
      decode: options.decode,
      answers: options.answers,
      isDialled(node) {
        const older = sessionByNode.get(node);
        return older?.role === 'opener' && older.connection.isOpen();
      },
      admit,
      onProved: (ready) => {
        proved();
        onProved(ready);
      },
      onMessage: (from, message) => {
        const peer = peerBySession.get(from);
        return peer ? options.onMessage(peer, message) : 0;
      },
      onViolation: (from, detail) => {
        counters.violations += 1;
        const fields = { remote: from.remote, node: from.hello()?.node, detail };
        if (from.isProved()) strangers.warn(fields, 'a peer broke a rule and is dropped');
        else logger.debug(fields, 'a stranger broke a rule');
        if (detail === speaksTls) mismatch(from.remote.host, detail);
      },
      onClosed,
    });
    sessions.add(session);
    if (dialled !== undefined) addressBySession.set(session, dialled);
  }

  function onProved(session: Session): void {
    const hello = session.hello();
    if (!hello || sessionByNode.get(hello.node) !== session) return;
    connections += 1;
    const id: PeerId = `${hello.node.slice(2, 14)}.${connections}`;
    const dialled = addressBySession.get(session);
    const peer = createPeer(
      id,
      session,
      hello,
      dialled,
      clock,
      options.nextId,
      network.wallNow ?? clock.now,
      network.rules.parameters.slot_duration_ms,
    );
    peersById.set(id, peer);
    peerBySession.set(session, peer);
    if (dialled !== undefined) trouble.isWell(dialled);
    // It may have come by itself: its addresses are not dialled then, and would not be heard to be well.
    for (const { address, node } of book.bootstrap()) if (node === hello.node) trouble.isWell(address);
    if (peer.reachableAt !== undefined && session.role === 'accepter')
      book.add(peer.reachableAt, hello.node, session.remote.host);
    strangers.info({ peer: id, node: hello.node, direction: peer.direction, at: peer.reachableAt }, 'peer connected');
    options.onPeer(peer);
  }

  function onClosed(session: Session, reason: string, refusal: Refusal | undefined): void {
    sessions.delete(session);
    counters.bytesIn += session.connection.bytesIn();
    counters.bytesOut += session.connection.bytesOut();
    const node = session.hello()?.node;
    if (node !== undefined && sessionByNode.get(node) === session) sessionByNode.delete(node);
    const peer = peerBySession.get(session);
    const dialled = addressBySession.get(session);
    addressBySession.delete(session);
    if (dialled !== undefined) {
      const useless = node === self || refusal?.code === 'wrong_chain' || refusal?.code === 'wrong_protocol';
      if (useless || session.isUseless()) book.onUseless(dialled);
      else book.onFailed(dialled, peer ? clock.now() - peer.connectedAt : 0);
      // Who has said hello and is neither refused nor proved is ourselves, or was dialled twice.
      if (!peer && (refusal !== undefined || node === undefined)) trouble.closed(dialled, refusal?.code);
    }
    if (!peer) {
      logger.debug({ remote: session.remote, reason }, 'a connection closed before it was proved');
      if (refusal?.code === 'tls_needed') mismatch(dialled ?? session.remote.host, refusal.detail);
      return;
    }
    peerBySession.delete(session);
    peersById.delete(peer.id);
    goneById.set(peer.id, peer.node);
    strangers.info({ peer: peer.id, node: peer.node, reason }, 'peer gone');
    options.onPeerGone(peer);
  }

  function drop(peer: Peer, verdict: 'disconnect' | 'ban', reason: string): void {
    if (peersById.get(peer.id) !== peer || !peer.session.connection.isOpen()) {
      if (verdict === 'ban') banGone(peer.id, peer.node, reason);
      return;
    }
    counters.dropped += 1;
    reasons.add(verdict, reason);
    if (verdict === 'ban') banFor(peer.node, reason);
    strangers.warn({ peer: peer.id, node: peer.node, verdict, reason }, 'peer dropped');
    peer.session.refuse({ code: 'refused', detail: reason.slice(0, 500) });
  }

  function banFor(node: PublicKey, reason: string, forMs?: number): Ban {
    counters.banned += 1;
    const ban = bans.ban(node, reason, forMs);
    network.onBan?.(ban);
    return ban;
  }

  /** It closed before the verdict, and may be here again by another connection. */
  function banGone(peer: PeerId, node: PublicKey, reason: string): void {
    if (bans.isBanned(node)) return;
    reasons.add('ban', reason);
    banFor(node, reason);
    strangers.warn({ peer, node, verdict: 'ban', reason }, 'a peer that has gone is banned');
    sessionByNode.get(node)?.refuse({ code: 'refused', detail: reason.slice(0, 500) });
  }

  function* chosenHosts(): Iterable<string> {
    for (const [session, address] of addressBySession) if (!book.isBootstrap(address)) yield session.remote.host;
  }

  const dialler = createDialler({
    clock,
    book,
    logger,
    bootstrapOnly: network.privateMode ?? false,
    inUse: () => addressBySession.values(),
    isOut: (node) => node === self || sessionByNode.has(node) || !isWelcome(node),
    room: () => {
      const unproved = [...addressBySession.keys()].filter((session) => !peerBySession.has(session)).length;
      return { total: maxPeers - sessionByNode.size, chosen: maxOutbound - count('opener') - unproved };
    },
    maxReserved: Math.floor(maxOutbound / 2),
    isSubnetFull: (host) => isSubnetFull(host, chosenHosts(), Math.ceil(maxOutbound / SUBNETS_OUTBOUND)),
    names: { random: network.random },
    tls,
    onSocket: (socket, address, key) => open(socket, 'opener', address, () => {}, key),
    onFailed: (address, reason) => {
      trouble.unreachable(address, reason);
      if (reason.endsWith(speaksPlain)) mismatch(address, speaksPlain);
    },
  });

  return {
    async start() {
      if (network.listen) {
        server = new FetchServer({
          ...network.listen,
          door: createDoor({
            clock,
            graceMs: HANDSHAKE_GRACE_MS,
            maxUnproved: MAX_UNPROVED_CONNECTIONS,
            maxPerAddress: MAX_CONNECTIONS_PER_ADDRESS,
            rate: createTokenBucket(clock, ACCEPTED_PER_SECOND, ACCEPTED_BURST),
            reserve: ACCEPTED_RESERVE,
            subnetRate: () => createTokenBucket(clock, RESERVED_PER_SECOND_OF_SUBNET, RESERVED_BURST_OF_SUBNET),
          }),
          tls,
          onSocket: (socket, proved, key) => open(socket, 'accepter', undefined, proved, key),
          onTlsProblem: (address, problem) =>
            problem === speaksPlain
              ? mismatch(address, problem)
              : logger.debug({ address, problem }, 'no TLS connection'),
        });
        await server.listen();
      }
      dialler.start();
      return server?.port;
    },
    async stop() {
      dialler.stop();
      for (const session of sessions) session.close('this node stops');
      await server?.close();
      for (const session of sessions) session.connection.cut();
      strangers.stop();
      await Promise.all([book.save(), bans.close()]);
    },
    connect(address) {
      book.addBootstrap(address);
      dialler.now();
    },
    *peers() {
      // One that was refused or replaced may take a moment to go, and hears nothing any more.
      for (const peer of peersById.values()) if (peer.session.connection.isOpen()) yield peer;
    },
    everyPeer: () => peersById.values(),
    peer: (id) => peersById.get(id),
    drop,
    blame(id, verdict, reason) {
      const peer = peersById.get(id);
      const gone = goneById.get(id);
      if (peer !== undefined) drop(peer, verdict, reason);
      else if (gone !== undefined && verdict === 'ban') banGone(id, gone, reason);
    },
    ban(node, reason, forMs) {
      const ban = banFor(node, reason, forMs);
      reasons.add('ban', 'an operator of this node said so');
      logger.warn(ban, 'node banned');
      sessionByNode.get(node)?.refuse({ code: 'refused', detail: ban.reason });
      return ban;
    },
    bans,
    reasons,
    trouble,
    addresses() {
      const known = new Map<PublicKey, PeerAddress>();
      for (const { node, reachableAt, session } of peersById.values()) {
        const hello = session.hello();
        if (reachableAt !== undefined && hello !== undefined && isReachable(hello))
          known.set(node, { node, address: reachableAt });
      }
      for (const remembered of book.share()) if (!known.has(remembered.node)) known.set(remembered.node, remembered);
      return [...known.values()];
    },
    book,
    listenPort: () => server?.port,
    counters,
  };
}
