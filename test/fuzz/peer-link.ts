/**
 * One TCP connection to a node, from either side, with or without a handshake. It reads the node's lines, answers its
 * questions as it is told, and says how the connection ended: that is the node's verdict on what was sent.
 */
import { connect, type Socket } from 'node:net';
import type { Signer } from '../../ledger/values/crypto.js';
import type { ChainId, Hash } from '../../ledger/values/text.js';
import { makeProof } from '../../server/p2p/handshake.js';
import type { WireObject } from './heard.js';

export interface PeerLink {
  write(bytes: Buffer): Promise<void>;
  send(message: object): Promise<void>;
  /** @returns the first line of this type after now, or undefined when the connection is over or time is */
  next(type: string, withinMs?: number): Promise<WireObject | undefined>;
  /** Why the node closed: the code and detail of its `error` line; undefined: it gave none. */
  refusal(): { readonly code: string; readonly detail: string } | undefined;
  isOpen(): boolean;
  /** Sends no more, reads on. */
  end(): void;
  /** A reset in the middle of whatever it was. */
  cut(): void;
  /** Reads no more, so that the node has to keep what it wants to say. */
  stopReading(): void;
}

const maxLine = 1_048_576;

/** @param onLine every line of the node, as it comes */
export function linkOver(socket: Socket, onLine: (message: WireObject, link: PeerLink) => void): PeerLink {
  let open = true;
  let refusal: { code: string; detail: string } | undefined;
  let text = '';
  const waiting = new Set<{ type: string; resolve: (line: WireObject | undefined) => void }>();
  const wake = (type: string | undefined, line: WireObject | undefined): void => {
    for (const one of [...waiting]) {
      if (type !== undefined && one.type !== type) continue;
      waiting.delete(one);
      one.resolve(line);
    }
  };
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    open = false;
    wake(undefined, undefined);
  });
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    if (text.length > maxLine) throw new Error('a node sent a line above its own limit');
    for (const line of lines) {
      const message = JSON.parse(Buffer.from(line, 'latin1').toString('utf8')) as WireObject;
      if (message.type === 'error') refusal = { code: String(message.code), detail: String(message.detail) };
      onLine(message, link);
      wake(message.type, message);
    }
  });

  const link: PeerLink = {
    write: (bytes) =>
      new Promise((resolve) => {
        if (!open || socket.destroyed || socket.writableEnded) resolve();
        else {
          const done = (): void => resolve();
          // A node that reads slowly must not stop the fuzzer for good.
          const enough = setTimeout(done, 2_000);
          socket.write(bytes, () => {
            clearTimeout(enough);
            done();
          });
        }
      }),
    send: (message) => link.write(Buffer.from(`${JSON.stringify(message)}\n`)),
    next: (type, withinMs = 3_000) =>
      new Promise((resolve) => {
        if (!open) {
          resolve(undefined);
          return;
        }
        const one = {
          type,
          resolve: (line: WireObject | undefined) => {
            clearTimeout(enough);
            resolve(line);
          },
        };
        const enough = setTimeout(() => {
          waiting.delete(one);
          resolve(undefined);
        }, withinMs);
        waiting.add(one);
      }),
    refusal: () => refusal,
    isOpen: () => open,
    end: () => socket.end(),
    cut: () => socket.resetAndDestroy(),
    stopReading: () => socket.pause(),
  };
  return link;
}

/** @returns undefined if the node does not take the connection */
export function dial(
  port: number,
  onLine: (message: WireObject, link: PeerLink) => void,
): Promise<PeerLink | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const link = linkOver(socket, onLine);
    socket.once('connect', () => resolve(link));
    socket.once('close', () => resolve(undefined));
  });
}

export interface Introduction {
  readonly chain: ChainId;
  readonly genesisHash: Hash;
  readonly node: Signer;
  readonly validator?: Signer;
  readonly challenge: Hash;
  readonly head: object;
  readonly listenPort?: number;
}

/** The whole handshake as the side that dialled. @param withinMs for each line. @returns whether the node said welcome */
export async function introduce(link: PeerLink, introduction: Introduction, withinMs?: number): Promise<boolean> {
  const { chain, genesisHash: genesis_hash, node, validator, challenge, head, listenPort } = introduction;
  const [theirHello, theirProof] = [link.next('hello', withinMs), link.next('proof', withinMs)];
  await link.send({
    ...{ type: 'hello', protocol: 1, chain, genesis_hash, node: node.publicKey, head, challenge },
    ...(listenPort === undefined ? {} : { listen_port: listenPort }),
  });
  const hello = await theirHello;
  if (hello === undefined || (await theirProof) === undefined) return false;
  const us = { node: node.publicKey, challenge, role: 'opener' as const };
  const them = { node: hello.node as Hash, challenge: hello.challenge as Hash, role: 'accepter' as const };
  const welcome = link.next('welcome', withinMs);
  await link.send(makeProof(chain, us, them, node, validator));
  await link.send({ type: 'welcome' });
  return (await welcome) !== undefined;
}

/** The whole handshake as the side that was dialled. Call it before the node can have said anything. */
export async function acceptIntroduction(link: PeerLink, introduction: Introduction): Promise<boolean> {
  const { chain, genesisHash: genesis_hash, node, validator, challenge, head } = introduction;
  const [theirProof, welcome] = [link.next('proof'), link.next('welcome')];
  const hello = await link.next('hello');
  if (hello === undefined) return false;
  const us = { node: node.publicKey, challenge, role: 'accepter' as const };
  const them = { node: hello.node as Hash, challenge: hello.challenge as Hash, role: 'opener' as const };
  await link.send({ type: 'hello', protocol: 1, chain, genesis_hash, node: node.publicKey, head, challenge });
  await link.send(makeProof(chain, us, them, node, validator));
  if ((await theirProof) === undefined) return false;
  await link.send({ type: 'welcome' });
  return (await welcome) !== undefined;
}
