/**
 * Puts the parts of the network together and decides where each message goes. The one rule: what the network can
 * answer itself (pings, addresses, genesis, neighbours) it answers; the rest is the replica's, whose verdict on the
 * sender is carried out here. PROTOCOL section 7.
 */
import type { PublicKey } from '../../ledger/values/text.js';
import type { PeerId, ReplicaMessage, Verdict } from '../replica/ports.js';
import { createMessageDecoder } from './decode-message.js';
import { encodeLine, wireLines } from './encode-line.js';
import { createTransactionGatherer } from './gather-transactions.js';
import { createGossip, spreads } from './gossip.js';
import {
  EXCHANGE_INTERVAL_MS,
  HEAD_NEWS_INTERVAL_MS,
  MAX_NEIGHBOURS,
  MAX_PEERS_IN_ANSWER,
  MAX_VIOLATIONS,
  NEIGHBOURS_INTERVAL_MS,
  PAUSE_AFTER_ANSWER_MS,
  PING_INTERVAL_MS,
  STALLED_PEER_MS,
} from './limits.js';
import type { WireMessage } from './messages.js';
import type { Peer } from './peer.js';
import { createPeerManager } from './peer-manager.js';
import type { PeerNetwork, PeerNetworkOptions } from './peer-network.js';
import { createPublicAnswers } from './public-answers.js';
import { repeat } from './repeat.js';
import { createServing } from './serving.js';

export function createPeerNetwork(options: PeerNetworkOptions): PeerNetwork {
  const { clock, answers, receive, logger, rules } = options;
  const privateMode = options.privateMode ?? false;
  const checkingMs = options.checkingMs ?? (() => 0);
  const exchanges = (options.peerExchange ?? true) && !privateMode;
  let lastId = 0;
  const nextId = (): number => {
    lastId += 1;
    return lastId;
  };
  const past = { messagesIn: 0, messagesOut: 0, dropped: 0 };
  let violations = 0;
  let checkedMs = 0;

  const publicAnswers = createPublicAnswers({
    answers,
    clock,
    wallNow: options.wallNow ?? clock.now,
    privateMode,
    addresses: () => (exchanges ? manager.addresses().slice(0, MAX_PEERS_IN_ANSWER) : []),
  });
  const manager = createPeerManager({
    network: options,
    identity: {
      chain: rules.chain,
      genesisHash: options.genesisHash,
      node: options.nodeSigner,
      validator: options.validatorSigner,
      advertise: options.advertise,
      // Whoever is told it tells others.
      listenPort: () => (privateMode ? undefined : manager.listenPort()),
      head: () => answers.head(),
    },
    decode: createMessageDecoder(rules),
    answers: publicAnswers,
    clock,
    verifier: options.verifier,
    logger,
    nextId,
    onPeer,
    onPeerGone,
    onMessage,
  });
  const gossip = createGossip({ clock, lines: wireLines, peers: manager.peers, receive });
  const serving = createServing<Peer>(clock);
  const toSpread = createTransactionGatherer(rules.parameters, (transactions) =>
    gossip.broadcast({ type: 'transactions', transactions }),
  );

  const neighbours = repeat(clock, NEIGHBOURS_INTERVAL_MS, tellNeighbours);
  const pings = repeat(clock, PING_INTERVAL_MS, () => {
    for (const peer of [...manager.peers()]) ping(peer);
    pings.soon();
  });
  const headNews = repeat(clock, HEAD_NEWS_INTERVAL_MS, () => {
    for (const peer of manager.peers()) ping(peer);
  });
  const exchange = repeat(clock, EXCHANGE_INTERVAL_MS, () => {
    for (const peer of manager.peers()) askForPeers(peer);
    void manager.book.save();
    exchange.soon();
  });

  function onPeer(peer: Peer): void {
    neighbours.soon();
    ping(peer);
    askForPeers(peer);
    gossip.tellRecent(peer);
    options.onPeer?.(peer.id, peer.head);
  }

  function onPeerGone(peer: Peer): void {
    serving.forget(peer);
    past.messagesIn += peer.messagesIn;
    past.messagesOut += peer.messagesOut;
    past.dropped += peer.dropped;
    neighbours.soon();
    options.onPeerGone?.(peer.id);
  }

  function tellNeighbours(): void {
    const nodes: PublicKey[] = [...manager.peers()].map((peer) => peer.node).slice(0, MAX_NEIGHBOURS);
    const line = encodeLine({ type: 'neighbours', nodes });
    for (const peer of manager.peers()) peer.sendLine(line, 'neighbours');
  }

  function ping(peer: Peer): void {
    const message = peer.pings.next(answers.head());
    const stalledSince = peer.session.connection.stalledSince();
    if (message === 'lost') manager.drop(peer, 'disconnect', 'it answered no ping for a while');
    else if (stalledSince !== undefined && clock.now() - stalledSince > STALLED_PEER_MS) {
      manager.drop(peer, 'disconnect', `it took nothing of what waits for it for ${STALLED_PEER_MS} ms`);
    } else peer.send(message);
  }

  function askForPeers(peer: Peer): void {
    if (exchanges) peer.send({ type: 'get_peers', id: nextId() });
  }

  /** A breach that may be an accident. Too many are none. */
  function violate(peer: Peer, detail: string): number {
    violations += 1;
    peer.violations += 1;
    logger.debug({ peer: peer.id, detail }, 'a peer broke a rule');
    if (peer.violations > MAX_VIOLATIONS) manager.drop(peer, 'disconnect', detail);
    return 0;
  }

  function judge(peer: Peer, verdict: Verdict): void {
    if (verdict.peer !== 'fine') manager.drop(peer, verdict.peer, verdict.reason);
  }

  function onMessage(peer: Peer, message: WireMessage): number {
    peer.messagesIn += 1;
    if (!peer.requests.onReceive(message)) return violate(peer, `${message.type} answers nothing that was asked`);
    switch (message.type) {
      case 'hello':
      case 'proof':
      case 'welcome':
      case 'genesis':
        return violate(peer, `${message.type} has no place here`);
      case 'error':
        return 0;
      case 'neighbours':
        peer.neighbours = new Set(message.nodes);
        return 0;
      case 'peers':
        if (exchanges)
          for (const { node, address } of message.peers) manager.book.add(address, node, peer.session.remote.host);
        return 0;
      case 'get_peers':
      case 'get_genesis':
        return serve(peer, () => peer.send(publicAnswers.answerPeer(message)));
      default:
        return onReplicaMessage(peer, message);
    }
  }

  /** What nobody asked for. @returns ms until the peer is heard again */
  function chargeChecking(peer: Peer, verdictOn: () => Verdict): number {
    const before = checkingMs();
    judge(peer, verdictOn());
    const spent = checkingMs() - before;
    checkedMs += spent;
    return peer.checking.take(spent);
  }

  function onReplicaMessage(peer: Peer, message: ReplicaMessage): number {
    if (spreads(message.type)) return chargeChecking(peer, () => gossip.onMessage(peer, message));
    if (message.type === 'blocks' && message.id === 0) {
      if (!peer.help.tryTake(1)) return violate(peer, 'it sends more blocks that nobody asked for than who helps');
      return chargeChecking(peer, () => receive(peer.id, message));
    }
    if (message.type === 'ping' || message.type === 'pong') {
      peer.head = message.head;
      if (message.type === 'ping') peer.send(publicAnswers.answerPeer(message));
      else if (peer.pings.onPong(message.id, message.clock)) ping(peer);
    }
    const handle = (): void => judge(peer, receive(peer.id, message));
    if (message.type.startsWith('get_')) return serve(peer, handle);
    handle();
    return 0;
  }

  /** @returns ms until the peer is heard again */
  function serve(peer: Peer, answer: () => void): number {
    if (!serving.ask(peer, answer)) logger.debug({ peer: peer.id }, 'it asks more than can be answered');
    return Math.max(PAUSE_AFTER_ANSWER_MS, peer.served.take(1));
  }

  return {
    async start() {
      const port = await manager.start();
      pings.soon();
      exchange.soon();
      logger.info(
        { port, bootstrap: options.bootstrap },
        port === undefined ? 'dialling peers' : 'listening for peers',
      );
      return port;
    },
    async stop() {
      neighbours.stop();
      pings.stop();
      headNews.stop();
      exchange.stop();
      serving.stop();
      await manager.stop();
    },
    broadcast(message) {
      if (message.type === 'transactions') toSpread.add(message.transactions);
      else gossip.broadcast(message);
    },
    relay: gossip.relay,
    sendToValidator: gossip.sendToValidator,
    send(id, message) {
      if (manager.peer(id)?.send(message) === false) logger.debug({ peer: id, type: message.type }, 'not sent');
    },
    peers: () => [...manager.peers()].map(({ id }): PeerId => id),
    incoming: (id) => manager.peer(id)?.session.connection.bytesInLine(),
    connect: manager.connect,
    blame: manager.blame,
    ban: manager.ban,
    liftBan: manager.bans.lift,
    bans: manager.bans.all,
    announceHead() {
      // At most once an interval: finality may come a hundred times a second, and votes tell of it as well.
      headNews.soon();
    },
    peerViews: () => [...manager.peers()].map((peer) => peer.view()),
    bootstrapTrouble: manager.trouble.reasons,
    meetsOtherVersion: manager.trouble.meetsOtherVersion,
    forgetClockOffsets() {
      for (const peer of [...manager.peers()]) {
        peer.pings.forgetOffset();
        ping(peer);
      }
    },
    stats() {
      const directions = [...manager.peers()].map(({ direction }) => direction);
      // Of who is on the way out as well: a sum that falls is taken for a restart.
      const peers = [...manager.everyPeer()];
      const sum = (of: (peer: Peer) => number): number => peers.reduce((total, peer) => total + of(peer), 0);
      return {
        peersInbound: directions.filter((direction) => direction === 'inbound').length,
        peersOutbound: directions.filter((direction) => direction === 'outbound').length,
        messagesReceived: past.messagesIn + sum(({ messagesIn }) => messagesIn),
        messagesSent: past.messagesOut + sum(({ messagesOut }) => messagesOut),
        bytesReceived: manager.counters.bytesIn + sum(({ session }) => session.connection.bytesIn()),
        bytesSent: manager.counters.bytesOut + sum(({ session }) => session.connection.bytesOut()),
        relayed: gossip.counters.relayed,
        duplicates: gossip.counters.duplicates,
        pruned: gossip.counters.pruned,
        checkingMs: checkedMs,
        violations: violations + manager.counters.violations,
        droppedPeers: manager.counters.dropped,
        bannedPeers: manager.counters.banned,
        bans: manager.bans.all().length,
        drops: manager.reasons.all(),
        droppedMessages: past.dropped + gossip.counters.tooLong + sum(({ dropped }) => dropped),
      };
    },
  };
}
