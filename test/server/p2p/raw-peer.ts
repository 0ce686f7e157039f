/** A peer that writes its lines by hand, honest or not. */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Signer } from '../../../ledger/values/crypto.js';
import type { Hash } from '../../../ledger/values/text.js';
import { makeProof } from '../../../server/p2p/handshake.js';
import type { WireMessage } from '../../../server/p2p/messages.js';
import { until } from '../../hang-guard.js';
import { chain, hashOf, randomHash } from './fixture.js';

export type Line = { readonly type: string; readonly [field: string]: unknown };

export class RawPeer {
  readonly lines: Line[] = [];
  closed = false;
  readonly #socket: Socket;
  #read = 0;

  constructor(port: number, localAddress = '127.0.0.1') {
    this.#socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, localAddress });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.closed = true;
    });
    this.#socket.on('end', () => this.#socket.end());
    createInterface({ input: this.#socket }).on('line', (line) => this.lines.push(JSON.parse(line) as Line));
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  send(message: object): void {
    this.write(`${JSON.stringify(message)}\n`);
  }

  /** The next line of this type; lines of other types before it are skipped. */
  async next(type: string): Promise<Line> {
    let found: Line | undefined;
    await until(`a line of type ${type}; so far ${JSON.stringify(this.lines.map((line) => line.type))}`, () => {
      while (!found && this.#read < this.lines.length) {
        const line = this.lines[this.#read];
        this.#read += 1;
        if (line?.type === type) found = line;
      }
      return found !== undefined || this.closed;
    });
    if (!found) throw new Error(`closed before ${type}: ${JSON.stringify(this.lines.at(-1))}`);
    return found;
  }

  async untilClosed(): Promise<void> {
    await until('the node closes', () => this.closed);
  }

  onClosed(call: () => void): void {
    this.#socket.on('close', call);
  }

  pauseReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  endWriting(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  hello(fields: object = {}): void {
    this.send({
      type: 'hello',
      protocol: 1,
      chain,
      genesis_hash: hashOf(9),
      head: { final_index: 0, final_hash: hashOf(1_000), epoch: 0, view: 0 },
      challenge: randomHash(),
      ...fields,
    });
  }

  /** The whole handshake as an honest node with this key. */
  async prove(signer: Signer, fields: object = {}, validator?: Signer): Promise<void> {
    const challenge = randomHash();
    this.hello({ node: signer.publicKey, challenge, ...fields });
    const hello = (await this.next('hello')) as unknown as Extract<WireMessage, { type: 'hello' }>;
    await this.next('proof');
    const us = { node: signer.publicKey, challenge, role: 'opener' as const };
    const them = { node: hello.node, challenge: hello.challenge as Hash, role: 'accepter' as const };
    this.send(makeProof(chain, us, them, signer, validator));
    this.send({ type: 'welcome' });
    await this.next('welcome');
  }
}

const opened: RawPeer[] = [];

/** One that `destroyRawPeers` closes, at the end of each test. @param from the address it comes from, in 127.0.0.0/8 */
export function raw(port: number, from?: string): RawPeer {
  const peer = new RawPeer(port, from);
  opened.push(peer);
  return peer;
}

export function destroyRawPeers(): void {
  for (const peer of opened.splice(0)) peer.destroy();
}
