/**
 * Lines of JSON (application/x-ndjson), a transaction each, answered with a line each, in order, while more arrive.
 * One rule: what is held is one chunk of the request and its answers; nothing is read while the answers are not taken.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import type { HttpLimits } from './limits.js';
import { compressionRefusal } from './read-json.js';
import { problem, type Reply, sendReply } from './reply.js';

/** What was handed in as one transaction: a JSON value, or why there is none. `path` is that of the value. */
export type HandedIn = { readonly value: unknown; readonly path: string } | { readonly refused: Reply };

/** @returns the answer to each, in order */
export type Judge = (handedIn: readonly HandedIn[]) => Promise<readonly Reply[]>;

export interface LinesOptions {
  readonly judge: Judge;
  readonly limits: Pick<HttpLimits, 'maxBodyBytes' | 'maxBatch' | 'listenerStallMs'>;
}

const newline = 10;

/** A request that ends too early, or whose answers nobody takes, ends with its connection. */
export async function answerLines(
  request: IncomingMessage,
  response: ServerResponse,
  { judge, limits }: LinesOptions,
): Promise<void> {
  const compressed = compressionRefusal(request);
  if (compressed !== undefined) return sendReply(response, compressed);
  const { socket } = request;
  const answers = createAnswers(response, limits.listenerStallMs);
  const splitter = createSplitter(limits.maxBodyBytes);
  const answer = async (lines: readonly Buffer[]): Promise<void> => {
    for (let at = 0; at < lines.length; at += limits.maxBatch) {
      await answers.write(await judge(lines.slice(at, at + limits.maxBatch).map(read)));
    }
  };
  try {
    // Leaving the loop must not take the connection away from an answer that is still on its way.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      await answer(splitter.push(chunk));
      if (!splitter.overflowed) continue;
      const detail = `A line has more than ${limits.maxBodyBytes} bytes; nothing after it is read.`;
      await answers.write([problem('body_too_large', detail)]);
      response.end(() => socket.destroySoon());
      return;
    }
    await answer(splitter.rest());
  } catch (error) {
    if (request.readableAborted || response.destroyed) return;
    // The answer has begun: all that is left to say is that it does not end well.
    if (response.headersSent) response.destroy();
    throw error;
  }
  if (response.headersSent) response.end();
  else sendReply(response, problem('malformed_json', 'The body is empty.'));
}

function read(line: Buffer): HandedIn {
  const parsed = parseStrictJson(line);
  if (parsed.ok) return { value: parsed.value, path: '' };
  return { refused: problem('malformed_json', parsed.problem.detail, { path: parsed.problem.path }) };
}

/** Whole lines out of chunks, without their newlines. */
function createSplitter(maxBytes: number) {
  let parts: Buffer[] = [];
  let length = 0;
  let overflowed = false;
  const take = (part: Buffer): boolean => {
    length += part.length;
    overflowed ||= length > maxBytes;
    if (!overflowed) parts.push(part);
    return !overflowed;
  };
  const line = (): Buffer => {
    const whole = parts.length === 1 ? parts[0]! : Buffer.concat(parts, length);
    parts = [];
    length = 0;
    return whole;
  };
  return {
    /** A line was too long; it and what follows are dropped. */
    get overflowed(): boolean {
      return overflowed;
    },
    push(chunk: Buffer): readonly Buffer[] {
      const lines: Buffer[] = [];
      let from = 0;
      for (let to = chunk.indexOf(newline); to !== -1; to = chunk.indexOf(newline, from)) {
        if (!take(chunk.subarray(from, to))) return lines;
        lines.push(line());
        from = to + 1;
      }
      if (from < chunk.length) take(chunk.subarray(from));
      return lines;
    },
    /** The last line need not end with a newline. */
    rest: (): readonly Buffer[] => (length === 0 ? [] : [line()]),
  };
}

function createAnswers(response: ServerResponse, stallMs: number) {
  const taken = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(stalled);
        response.off('drain', done).off('close', done);
        resolve();
      };
      const stalled = setTimeout(() => response.destroy(), stallMs);
      response.once('drain', done).once('close', done);
    });
  return {
    /** Resolves when the connection takes more. */
    async write(replies: readonly Reply[]): Promise<void> {
      if (replies.length === 0 || response.destroyed) return;
      if (!response.headersSent) {
        response.writeHead(200, {
          'content-type': 'application/x-ndjson; charset=utf-8',
          // Proxies that compress would hold lines back.
          'cache-control': 'no-store, no-transform',
          'x-content-type-options': 'nosniff',
        });
      }
      const text = replies.map(({ body }) => `${JSON.stringify(body)}\n`).join('');
      if (!response.write(text)) await taken();
    },
  };
}
