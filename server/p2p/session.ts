/**
 * One connection's way from a stranger to a proved peer, and its messages from then on:
 *
 *   opener    hello ──────────────► accepter
 *   opener  ◄────────── hello, proof
 *   opener    proof, welcome ─────►           (the accepter's identity holds)
 *   opener  ◄──────────────── welcome         (the opener's identity holds)
 *
 * The one rule: nothing but hello, the questions anyone may ask, and the proof is looked at before the identity holds.
 * `welcome` tells the far end that its proof was accepted and that long lines may come. PROTOCOL section 7.
 */
import type { Socket } from 'node:net';
import type { Signer, Verifier } from '../../ledger/values/crypto.js';
import type { ChainId, Hash, PublicKey } from '../../ledger/values/text.js';
import type { Clock, Head } from '../replica/ports.js';
import { type Connection, createConnection } from './connection.js';
import type { DecodeMessage } from './decode-message.js';
import { encodeLine, fitsLine, priorityOf } from './encode-line.js';
import { helloProblem, makeProof, proofHolds, type Side } from './handshake.js';
import { HANDSHAKE_TIMEOUT_MS, IDLE_BEFORE_HELLO_MS, MAX_REQUESTS_BEFORE_HELLO } from './limits.js';
import { type ErrorCode, type Hello, type HostPort, PROTOCOL_VERSION, type WireMessage } from './messages.js';
import type { PublicAnswers } from './public-answers.js';

export interface Identity {
  readonly chain: ChainId;
  readonly genesisHash: Hash;
  readonly node: Signer;
  readonly validator?: Signer | undefined;
  readonly advertise?: HostPort | undefined;
  /** undefined: not listening, or not to be told to others. */
  listenPort(): number | undefined;
  head(): Head;
}

/** Why a session was refused, as an `error` line says it. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly detail: string;
}

export interface SessionOptions {
  readonly role: 'opener' | 'accepter';
  readonly identity: Identity;
  readonly challenge: Hash;
  /** With TLS: the key of the far end's certificate, which its hello must name and its proof must hold. */
  readonly certificateKey?: PublicKey | undefined;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly decode: DecodeMessage;
  readonly answers: PublicAnswers;
  /** Whether we dialled this node already and are connected. Asked of who is dialled, before anything is proved to it. */
  readonly isDialled: (node: PublicKey) => boolean;
  /** Whether this proved node may stay. Called once, before `onProved`. */
  readonly admit: (session: Session) => Refusal | undefined;
  readonly onProved: (session: Session) => void;
  /** @returns ms to wait before the next message of this peer is read. */
  readonly onMessage: (session: Session, message: WireMessage) => number;
  readonly onViolation: (session: Session, detail: string) => void;
  readonly onClosed: (session: Session, reason: string, refusal: Refusal | undefined) => void;
}

export interface Session {
  readonly role: 'opener' | 'accepter';
  readonly remote: Connection['remote'];
  readonly connection: Connection;
  /** What the far end said of itself, once it did; true after `onProved`. */
  hello(): Hello | undefined;
  /** The validator key that it proved to hold. */
  validator(): PublicKey | undefined;
  isProved(): boolean;
  /** It leads to ourselves, or to a node that cannot be a peer: another chain, another protocol. */
  isUseless(): boolean;
  /** @returns false if the message was not sent: too long, or the peer is slow. */
  send(message: WireMessage): boolean;
  sendLine(line: Buffer, type: WireMessage['type']): boolean;
  /** Tells the far end why, then closes. */
  refuse(refusal: Refusal): void;
  close(reason: string): void;
}

export function createSession(socket: Socket, options: SessionOptions): Session {
  const { role, identity, challenge, verifier, clock, answers } = options;
  const us: Side = { node: identity.node.publicKey, challenge, role };
  let hello: Hello | undefined;
  let validator: PublicKey | undefined;
  let identityHolds = false;
  let proved = false;
  let useless = false;
  let requests = 0;
  let refusalByPeer: Refusal | undefined;
  let cancelTimeout = closeAfter(HANDSHAKE_TIMEOUT_MS);

  const connection = createConnection(socket, clock, {
    onObject,
    onViolation: (detail) => {
      options.onViolation(session, detail);
      session.refuse({ code: 'bad_line', detail });
    },
    onEnd: () => connection.close('the other side closed the connection'),
    onClosed: (reason) => {
      cancelTimeout();
      options.onClosed(session, reason, refusalByPeer);
    },
  });

  const session: Session = {
    role,
    remote: connection.remote,
    connection,
    hello: () => hello,
    validator: () => validator,
    isProved: () => proved,
    isUseless: () => useless,
    send: (message) => session.sendLine(encodeLine(message), message.type),
    sendLine: (line, type) => fitsLine(line) && connection.send(line, priorityOf(type)),
    refuse(refusal) {
      session.send({ type: 'error', ...refusal });
      connection.close(refusal.detail);
    },
    close: (reason) => connection.close(reason),
  };

  function closeAfter(ms: number): () => void {
    return clock.at(clock.now() + ms, () =>
      session.refuse({ code: 'timeout', detail: `nothing was proved within ${ms} ms` }),
    );
  }

  function misbehaved(refusal: Refusal): number {
    options.onViolation(session, refusal.detail);
    session.refuse(refusal);
    return 0;
  }

  function sayHello(): void {
    const { chain, genesisHash: genesis_hash, advertise } = identity;
    const listen_port = identity.listenPort();
    session.send({
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      chain,
      genesis_hash,
      node: us.node,
      ...(advertise === undefined ? {} : { advertise }),
      ...(listen_port === undefined ? {} : { listen_port }),
      head: identity.head(),
      challenge,
    });
  }

  function onObject(value: object): number {
    const decoded = options.decode(value);
    if (!decoded.ok) {
      const { path, detail } = decoded.problem;
      return misbehaved({ code: 'bad_message', detail: path === '' ? detail : `${path}: ${detail}` });
    }
    const message = decoded.value;
    if (message.type === 'error') {
      refusalByPeer = { code: message.code, detail: message.detail };
      connection.close(`the peer refused: ${message.detail}`);
      return 0;
    }
    return proved ? options.onMessage(session, message) : beforeProof(message);
  }

  function beforeProof(message: WireMessage): number {
    switch (message.type) {
      case 'hello':
        return onHello(message);
      case 'proof':
        return onProof(message);
      case 'welcome':
        if (!identityHolds) return misbehaved({ code: 'hello_first', detail: 'welcome came before your proof' });
        proved = true;
        cancelTimeout();
        options.onProved(session);
        return 0;
      default:
        return hello
          ? misbehaved({ code: 'hello_first', detail: `${message.type} came before your proof` })
          : ask(message);
    }
  }

  /** Questions that anyone may ask, with one line and `nc`. */
  function ask(message: WireMessage): number {
    requests += 1;
    if (requests > MAX_REQUESTS_BEFORE_HELLO) {
      session.refuse({ code: 'busy', detail: `at most ${MAX_REQUESTS_BEFORE_HELLO} requests before hello` });
      return 0;
    }
    const answer = answers.answer(message);
    session.send(answer);
    if (answer.type === 'error') connection.close(answer.detail);
    cancelTimeout();
    cancelTimeout = closeAfter(IDLE_BEFORE_HELLO_MS);
    return 0;
  }

  function onHello(message: Hello): number {
    if (hello) return misbehaved({ code: 'bad_message', detail: 'hello came twice' });
    const { chain, genesisHash } = identity;
    const problem = helloProblem(message, { chain, genesisHash, node: us.node, challenge });
    hello = message;
    if (problem) {
      useless = true;
      session.refuse(problem);
      return 0;
    }
    if (options.certificateKey !== undefined && message.node !== options.certificateKey) {
      return misbehaved({
        code: 'bad_proof',
        detail: 'your certificate is of another key than the node key you claim',
      });
    }
    if (role === 'opener' && options.isDialled(message.node)) {
      // Another spelling of its address, which anybody may tell us: what stands is not given up for that.
      session.refuse({ code: 'duplicate', detail: 'we are connected already' });
      return 0;
    }
    if (role === 'accepter') sayHello();
    session.send(makeProof(chain, us, them(message), identity.node, identity.validator));
    return 0;
  }

  const them = (from: Hello): Side => ({
    node: from.node,
    challenge: from.challenge,
    role: role === 'opener' ? 'accepter' : 'opener',
  });

  function onProof(message: Extract<WireMessage, { type: 'proof' }>): number {
    if (!hello || identityHolds)
      return misbehaved({ code: 'hello_first', detail: 'proof came where none was expected' });
    if (!proofHolds(verifier, identity.chain, us, them(hello), message)) {
      return misbehaved({ code: 'bad_proof', detail: 'your signature does not prove the key that you claim' });
    }
    validator = message.validator?.key;
    const refusal = options.admit(session);
    if (refusal) {
      session.refuse(refusal);
      return 0;
    }
    identityHolds = true;
    connection.allowLongLines();
    session.send({ type: 'welcome' });
    return 0;
  }

  if (role === 'opener') sayHello();
  return session;
}
