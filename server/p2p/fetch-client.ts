/**
 * Connects to a node. The one rule: every wait has an end. `connect` is the way to become a peer; `ask` puts one
 * question as anyone may, without saying who is asking. PROTOCOL section 7.
 */
import { type LookupFunction, connect as netConnect, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import ndjson from 'ndjson';
import { err, ok, type Result } from '../../ledger/values/result.js';
import type { PublicKey } from '../../ledger/values/text.js';
import type { Clock } from '../replica/ports.js';
import { formatHostPort, parseHostPort } from './host-port.js';
import { DIAL_ATTEMPT_TIMEOUT_MS, DIAL_TIMEOUT_MS, MAX_LINE_BYTES } from './limits.js';
import { LineGate } from './line-gate.js';
import type { HostPort } from './messages.js';
import type { TlsTransport } from './tls-transport.js';

export interface FetchClientOptions {
  readonly clock: Clock;
  /** For a connection to come about, ms. */
  readonly connectTimeoutMs?: number;
  /** For an answer, ms. Default 10,000. */
  readonly answerTimeoutMs?: number;
  /** Absent: without TLS. */
  readonly tls?: TlsTransport | undefined;
  /** Of names. Starting value: the system's. */
  readonly lookup?: LookupFunction;
  /** Ends what is under way, with a problem as its result. A socket that was handed out is its owner's. */
  readonly signal?: AbortSignal | undefined;
}

export interface Dialled {
  readonly socket: Socket;
  /** With TLS: the key of the far end's certificate. */
  readonly key?: PublicKey;
}

export class FetchClient {
  readonly #clock: Clock;
  readonly #connectTimeoutMs: number;
  readonly #answerTimeoutMs: number;
  readonly #tls: TlsTransport | undefined;
  readonly #lookup: { readonly lookup?: LookupFunction };
  readonly #signal: AbortSignal | undefined;

  constructor(options: FetchClientOptions) {
    this.#clock = options.clock;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? DIAL_TIMEOUT_MS;
    this.#answerTimeoutMs = options.answerTimeoutMs ?? 10_000;
    this.#tls = options.tls;
    this.#lookup = options.lookup === undefined ? {} : { lookup: options.lookup };
    this.#signal = options.signal;
  }

  /** @returns a connected socket, or a sentence why there is none. */
  async connect(address: HostPort): Promise<Result<Dialled, string>> {
    const connected = await this.#connectPlain(address);
    if (!connected.ok) return connected;
    if (this.#tls === undefined) return ok({ socket: connected.value });
    const letBe = this.#onAbort(() => connected.value.destroy());
    const secured = await this.#tls.open(connected.value);
    letBe();
    return secured.ok ? secured : err(`${address}: ${secured.problem}`);
  }

  #connectPlain(address: HostPort): Promise<Result<Socket, string>> {
    const endpoint = parseHostPort(address);
    if (!endpoint) return Promise.resolve(err(`"${address}" is not an address: write host:port`));
    return new Promise((resolve) => {
      const socket = netConnect({
        ...endpoint,
        ...this.#lookup,
        allowHalfOpen: true,
        autoSelectFamilyAttemptTimeout: DIAL_ATTEMPT_TIMEOUT_MS,
        noDelay: true,
      });
      const cancel = this.#clock.at(this.#clock.now() + this.#connectTimeoutMs, () =>
        socket.destroy(new Error(`no connection within ${this.#connectTimeoutMs} ms`)),
      );
      const letBe = this.#onAbort(() => socket.destroy(new Error('this node stops')));
      const onError = (error: Error): void => {
        cancel();
        letBe();
        resolve(err(`${formatHostPort(endpoint)} cannot be reached: ${error.message}`));
      };
      socket.once('error', onError);
      socket.once('connect', () => {
        cancel();
        letBe();
        socket.off('error', onError);
        resolve(ok(socket));
      });
    });
  }

  /** @returns a function after which `call` is not called any more */
  #onAbort(call: () => void): () => void {
    if (this.#signal?.aborted) call();
    else this.#signal?.addEventListener('abort', call, { once: true });
    return () => this.#signal?.removeEventListener('abort', call);
  }

  /** Sends one request line and returns the first object that comes back, strict JSON but not decoded. */
  async ask(address: HostPort, request: object): Promise<Result<object, string>> {
    const connected = await this.connect(address);
    if (!connected.ok) return connected;
    const { socket } = connected.value;
    let answer: object | undefined;
    let problem: string | undefined;
    const cancel = this.#clock.at(this.#clock.now() + this.#answerTimeoutMs, () => {
      problem ??= `no answer within ${this.#answerTimeoutMs} ms`;
      socket.destroy();
    });
    const letBe = this.#onAbort(() => {
      problem ??= 'this node stops';
      socket.destroy();
    });
    const gate = new LineGate({
      maxLineBytes: MAX_LINE_BYTES,
      refuse: (reason) => {
        problem ??= `its answer is not acceptable: ${reason}`;
        socket.destroy();
      },
    });
    const question = ndjson.stringify();
    const asked = pipeline(question, socket, { end: true });
    question.end(request);
    try {
      await Promise.all([
        asked,
        pipeline(socket, gate, async (objects: AsyncIterable<object>) => {
          for await (const object of objects) {
            answer = object;
            return;
          }
        }),
      ]);
    } catch (error) {
      problem ??= (error as Error).message;
    } finally {
      cancel();
      letBe();
      socket.destroy();
    }
    return answer ? ok(answer) : err(`${address} gave no answer: ${problem ?? 'it closed the connection'}`);
  }
}
