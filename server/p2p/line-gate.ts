/**
 * Bytes of a socket in, objects out: newline-delimited JSON. The one rule: only whole lines pass, each within the length
 * limit and accepted by the strict parser (UTF-8, depth, duplicate keys, safe numbers) as an object. `ndjson.parse` would
 * end its stream at a line `null`, take bad UTF-8 and duplicate keys, and slow down with the square of a line's length;
 * behind this gate it would parse every line a second time.
 *
 * Time is linear in the bytes, however they are cut: an unfinished line is copied into one growing buffer and only
 * new bytes are searched for its end. Memory is one line and one chunk. With a budget, each chunk has a turn of the event
 * loop to itself.
 */
import { Transform, type TransformCallback } from 'node:stream';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import type { Clock } from '../replica/ports.js';
import { speaksTls, TLS_FIRST_BYTE } from './tls-words.js';
import type { TokenBucket } from './token-bucket.js';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const FIRST_TAIL_BYTES = 1_024;

export interface LineGateOptions {
  /** Longest line in bytes, without its newline; may be raised later. */
  readonly maxLineBytes: number;
  /**
   * Called once with what was wrong, a sentence about "a line". From then on everything is thrown away, so that the
   * caller can still say why before it closes.
   */
  readonly refuse: (reason: string) => void;
  /** Reading waits while one of these is empty. */
  readonly budget?: { readonly clock: Clock; readonly bytes: TokenBucket; readonly lines: TokenBucket };
}

export class LineGate extends Transform {
  bytesIn = 0;
  linesIn = 0;
  #maxLineBytes: number;
  #tail = Buffer.allocUnsafe(FIRST_TAIL_BYTES);
  #tailLength = 0;
  #refused = false;
  readonly #refuse: LineGateOptions['refuse'];
  readonly #budget: LineGateOptions['budget'];
  #cancelWait: (() => void) | undefined;
  #nextTurn: NodeJS.Immediate | undefined;

  constructor(options: LineGateOptions) {
    super({ readableObjectMode: true, readableHighWaterMark: 1 });
    this.#maxLineBytes = options.maxLineBytes;
    this.#refuse = options.refuse;
    this.#budget = options.budget;
  }

  /** The last bytes begin a line that has not ended. */
  get isInLine(): boolean {
    return this.#tailLength > 0;
  }

  /** Holds for bytes that arrive from now on. */
  setMaxLineBytes(bytes: number): void {
    this.#maxLineBytes = bytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const linesBefore = this.linesIn;
    const isTls = this.bytesIn === 0 && chunk[0] === TLS_FIRST_BYTE;
    this.bytesIn += chunk.length;
    const problem = this.#refused ? undefined : isTls ? speaksTls : this.#split(chunk);
    if (problem !== undefined) this.#stop(problem);
    if (this.#budget === undefined) {
      done();
      return;
    }
    const { clock, bytes, lines } = this.#budget;
    const waitMs = Math.max(bytes.take(chunk.length), lines.take(this.linesIn - linesBefore));
    if (waitMs > 0) this.#cancelWait = clock.at(clock.now() + waitMs, () => done());
    // A socket that is read on at once gives 2 MiB in one turn: from a few peers a second of work, in which nothing else is heard.
    else this.#nextTurn = setImmediate(done);
  }

  /** A last line without newline counts: `printf '{…}' | nc` gets its answer. */
  override _flush(done: TransformCallback): void {
    if (this.#tailLength > 0 && !this.#refused) {
      const problem = this.#passLine(this.#tail.subarray(0, this.#tailLength));
      if (problem !== undefined) this.#stop(`the connection ended inside a line: ${problem}`);
    }
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#cancelWait?.();
    clearImmediate(this.#nextTurn);
    this.#tail = Buffer.alloc(0);
    done(error);
  }

  #stop(problem: string): void {
    this.#refused = true;
    this.#releaseTail();
    this.#refuse(problem);
  }

  #split(chunk: Buffer): string | undefined {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      const stop = end === -1 ? chunk.length : end;
      if (this.#tailLength + stop - start > this.#maxLineBytes) {
        return `a line is longer than ${this.#maxLineBytes} bytes`;
      }
      if (end === -1) {
        this.#keep(chunk.subarray(start));
        return undefined;
      }
      let line = chunk.subarray(start, end);
      if (this.#tailLength > 0) {
        this.#keep(line);
        line = this.#tail.subarray(0, this.#tailLength);
      }
      const problem = this.#passLine(line);
      if (problem !== undefined) return problem;
      this.#releaseTail();
      start = end + 1;
    }
  }

  #passLine(line: Buffer): string | undefined {
    this.linesIn += 1;
    const content = line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
    if (content.length === 0) return 'a line is empty';
    const parsed = parseStrictJson(content);
    if (!parsed.ok) return `a line is not acceptable JSON: ${parsed.problem.detail}`;
    if (typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value)) {
      return 'a line is not a JSON object';
    }
    this.push(parsed.value);
    return undefined;
  }

  #keep(piece: Buffer): void {
    const needed = this.#tailLength + piece.length;
    if (needed > this.#tail.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#tail.length));
      this.#tail.copy(grown, 0, 0, this.#tailLength);
      this.#tail = grown;
    }
    piece.copy(this.#tail, this.#tailLength);
    this.#tailLength = needed;
  }

  /** One long line must not cost its memory for the rest of the connection. */
  #releaseTail(): void {
    this.#tailLength = 0;
    if (this.#tail.length > 16 * FIRST_TAIL_BYTES) this.#tail = Buffer.allocUnsafe(FIRST_TAIL_BYTES);
  }
}
