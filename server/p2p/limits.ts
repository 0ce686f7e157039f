/**
 * Everything that a peer can make grow, with its limit and the reason. The one rule: nothing a peer sends costs
 * unbounded memory or time. PROTOCOL section 7.
 */

import { maxLineBytes } from '../../ledger/values/limits.js';

/** A line without its newline. Holds the largest block with its certificate (max_block_bytes is 196,608). */
export const MAX_LINE_BYTES = maxLineBytes;
/** Before the peer proved who it is: hello with 50 neighbours and a proof fit, nothing else needs more. */
export const MAX_HELLO_LINE_BYTES = 4_096;
/** What a page of blocks should hold at most, so that its line fits with the certificates. */
export const MAX_PAGE_BYTES = 200_000;
/** Blocks in one `get_blocks`. */
export const MAX_BLOCKS_IN_PAGE = 1_000;

/** From the first byte to a proved identity. A peer that stays silent costs a socket for this long. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Where places for connections that are not proved are short, one is cut no earlier for another of those who have as many. */
export const HANDSHAKE_GRACE_MS = 1_000;
/** After a close, time for the last line to arrive before the socket is cut. */
export const LINGER_MS = 1_000;
/** After an answer before hello, how long the connection stays open for another question. */
export const IDLE_BEFORE_HELLO_MS = 3_000;
/** Requests that one connection may have answered before hello, then it is closed. */
export const MAX_REQUESTS_BEFORE_HELLO = 16;
/** Answers before hello per second over all connections: looking at a node must not cost it its votes. */
export const ANSWERS_BEFORE_HELLO_PER_SECOND = 50;
/** Time of the thread that votes which those answers may take together, in ms: a page of blocks takes ten. */
export const ANSWERING_MS_BEFORE_HELLO_PER_SECOND = 100;
export const ANSWERING_MS_BEFORE_HELLO_BURST = 500;

/** Input of a proved peer. Above it the socket is read more slowly (TCP pushes back), nothing is lost. */
export const INPUT_BYTES_PER_SECOND = 8 * 1_048_576;
export const INPUT_BYTES_BURST = 32 * 1_048_576;
export const INPUT_MESSAGES_PER_SECOND = 20_000;
export const INPUT_MESSAGES_BURST = 40_000;
/**
 * Time of the thread that votes which one peer's unasked messages may take for checking signatures, in ms: a thousand
 * validators who are all heard through one peer take less, and whoever signs as fast as it can leaves the others most of it.
 */
export const CHECKING_MS_PER_SECOND = 400;
export const CHECKING_MS_BURST = 2_000;

/** [6-help] Pages of blocks that nobody asked for: whoever helps sends one a slot, and those of many slots may come late together. */
export const HELP_PAGES_PER_SLOT = 2;
export const HELP_PAGES_BURST = 16;

/** Output waiting for one slow peer: votes, proposals, certificates. Above it the peer is dropped. */
export const MAX_QUEUED_URGENT_BYTES = 8 * 1_048_576;
/** Output waiting for one slow peer: pages of blocks, transactions. Above it bulk messages are dropped. */
export const MAX_QUEUED_BULK_BYTES = 4 * 1_048_576;
/** A peer that takes nothing of what waits for it for this long is dropped. */
export const STALLED_PEER_MS = 30_000;

/** Requests of ours that one peer has not answered; further ones wait or go elsewhere. */
export const MAX_UNANSWERED_REQUESTS = 64;
/** A question without an answer for this long is given up; an answer to it later is a breach. */
export const REQUEST_EXPIRES_MS = 60_000;
/** Breaches that are no proof of malice (an answer to no question, a neighbour list too often) before a drop. */
export const MAX_VIOLATIONS = 8;

export const PING_INTERVAL_MS = 2_000;
/** Pings in a row until the clock of a new peer is known: a node that starts is often held up between a pong and reading it. */
export const FIRST_PINGS = 3;
/** News of a new head, between pings, at most this often. */
export const HEAD_NEWS_INTERVAL_MS = 500;
/** Pings without any pong, over as many intervals, before the peer is dropped. */
export const MAX_MISSED_PONGS = 5;

export const DEFAULT_MAX_PEERS = 50;
/** Of these, peers that this node chose itself. The rest is for those who come. */
export const MAX_OUTBOUND = 16;
/** Of the places for those, the part that one subnet may hold, bootstrap addresses and private networks excepted: four subnets at least. */
export const SUBNETS_OUTBOUND = 4;
/** A connection that lasted this long was a good one: the pauses start anew. */
export const STEADY_MS = 10_000;
/** Connections that may come from one IPv4 address or IPv6 /64; loopback is exempt so that a test network fits on one machine. */
export const MAX_CONNECTIONS_PER_ADDRESS = 8;
/** New connections a second, over all addresses: each may cost a signature and two checks. */
export const ACCEPTED_PER_SECOND = 50;
export const ACCEPTED_BURST = 200;
/**
 * Of those, while more come than are let in, so many at once are for subnets from which few came: who is cut off and comes
 * again at once leaves room for who tries again after a pause.
 */
export const ACCEPTED_RESERVE = 100;
export const RESERVED_PER_SECOND_OF_SUBNET = 0.5;
export const RESERVED_BURST_OF_SUBNET = 8;
/** Lines of log of each kind about peers that come, go, and are dropped. */
export const LINES_OF_A_KIND_PER_MINUTE = 60;
/** Lines of log about nodes with TLS and without that meet. */
export const MISMATCHES_PER_SECOND = 0.1;
export const MISMATCHES_BURST = 6;
/** Connections that have not proved themselves yet, over all addresses. */
export const MAX_UNPROVED_CONNECTIONS = 64;

/** Addresses remembered. */
export const MAX_KNOWN_ADDRESSES = 1_000;
/** Of these, addresses where a node proved itself: what peers.json holds. The rest is for hints, so that new nodes are met. */
export const MAX_PROVED_ADDRESSES = 750;
/** Of these, addresses of one node: it moves, and has one or two at a time. */
export const MAX_ADDRESSES_OF_A_NODE = 4;
/** An address that failed so often in a row, for about an hour, may give way to a new one. */
export const FAILURES_OF_THE_GONE = 64;
/** Node keys in one `neighbours`. No node has more peers. */
export const MAX_NEIGHBOURS = 1_000;
/** A node tells its neighbours about changes among them at most this often. */
export const NEIGHBOURS_INTERVAL_MS = 250;
/** Requests for blocks that one peer may make: serving a page costs milliseconds, asking for one nothing. */
export const SERVED_REQUESTS_PER_SECOND = 50;
export const SERVED_REQUESTS_BURST = 100;
/** Before a peer that got an answer is heard again: what it asks in one breath must not keep the votes of others waiting. */
export const PAUSE_AFTER_ANSWER_MS = 1;
/** How often the node looks for peers to dial. */
export const DIAL_INTERVAL_MS = 250;
/** Time for a TCP connection to come about. */
export const DIAL_TIMEOUT_MS = 5_000;
/**
 * For one address of a name that has several, before the next is tried; a connection over half the globe takes a third. Node's
 * own 250 ms would give up all that are farther, but for the last.
 */
export const DIAL_ATTEMPT_TIMEOUT_MS = 1_000;
/** Dials at the same time. */
export const MAX_DIALS = 8;
/** How often peers are asked for addresses and peers.json is written. */
export const EXCHANGE_INTERVAL_MS = 30_000;
/** Addresses in one `peers` answer. */
export const MAX_PEERS_IN_ANSWER = 100;
/** Redial pauses grow from the first to the last, times a random factor of 0.5 to 1.5. */
export const REDIAL_FIRST_MS = 500;
export const REDIAL_LAST_MS = 60_000;
/** How long a node key is refused for what it did; an operator may say longer. */
export const BAN_MS = 3_600_000;
export const MAX_BAN_MS = 366 * 86_400_000;
export const MAX_BANS = 1_000;
/** Peers that have gone whose node key is remembered, for a verdict on what they sent. */
export const MAX_GONE_PEERS = 256;
/** bans.json is written at most this often. */
export const SAVE_BANS_INTERVAL_MS = 1_000;
/** Characters of a reason that are kept. */
export const MAX_BAN_REASON = 300;

/** Messages remembered as seen; a message is forgotten between one and two times this age. */
export const SEEN_MS = 8_000;
export const MAX_SEEN = 131_072;
/** Urgent messages that a peer gets when it connects, so that one that joins during a round does not miss it. */
export const MAX_RECENT_MESSAGES = 256;
export const MAX_RECENT_BYTES = 1_048_576;
