/**
 * Sends requests to one node's HTTP port and judges the answers: no 5xx but 503, and nothing in an answer that tells of
 * the inside, such as a stack trace or a path on the node's disk.
 */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../server/simulator/random.js';
import type { HttpInput } from './http-request.js';
import { cutUp } from './mutate-bytes.js';
import type { Tally } from './tally.js';

export interface HttpFuzzerOptions {
  readonly name: string;
  readonly port: number;
  readonly random: Random;
  readonly tally: Tally;
  readonly make: (random: Random, host: string) => HttpInput;
  readonly requestsPerSecond: number;
  readonly running: () => boolean;
  readonly fail: (what: string) => void;
  /** Parts of paths that no answer may tell. */
  readonly secrets: readonly string[];
}

const answerWithinMs = 1_500;
const maxAnswerBytes = 8_388_608;
/** These tell with a 503 that the node is not ready, and why. */
const readiness = /\/(readyz|healthz)$/;
const inside = /\bat [^\n]*\.[jt]s:\d+|node_modules|node:internal|SQLITE_/;

export async function runHttpFuzzer(options: HttpFuzzerOptions): Promise<void> {
  const { random, tally, name, make, port, running } = options;
  while (running()) {
    const input = make(random, `127.0.0.1:${port}`);
    tally.input(name, input.route, input.bytes);
    const answer = await exchange(options, input);
    tally.count(input.route, judge(options, input, answer));
    await pause(random.below(2_000 / options.requestsPerSecond));
  }
}

/** Everything that comes back until the node closes, the fuzzer loses patience, or enough was read. */
function exchange({ port, random }: HttpFuzzerOptions, { bytes, abandoned, isStream }: HttpInput): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const chunks: Buffer[] = [];
    let length = 0;
    const patience = setTimeout(() => socket.destroy(), isStream ? random.below(600) : answerWithinMs);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(patience);
      resolve(Buffer.concat(chunks));
    });
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxAnswerBytes || isComplete(chunks, length)) socket.destroy();
    });
    socket.on('end', () => socket.end());
    socket.once('connect', () => {
      void send();
    });
    async function send(): Promise<void> {
      if (random.chance(900_000)) socket.write(bytes);
      else {
        for (const piece of cutUp(random, bytes)) {
          if (socket.destroyed) return;
          socket.write(piece);
          await pause(random.below(5));
        }
      }
      if (abandoned) socket.resetAndDestroy();
    }
  });
}

/** The first answer is here as a whole; what is chunked ends with an empty chunk. */
function isComplete(chunks: readonly Buffer[], length: number): boolean {
  const first = Buffer.concat(chunks.slice(0, 2)).toString('latin1');
  const end = first.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const stated = /\r\ncontent-length: (\d+)/i.exec(first.slice(0, end + 2));
  if (stated !== null) return length >= end + 4 + Number(stated[1]);
  return chunks.at(-1)?.subarray(-5).toString('latin1') === '0\r\n\r\n';
}

function judge(
  { fail, secrets }: HttpFuzzerOptions,
  { route, abandoned, isStream }: HttpInput,
  answer: Buffer,
): string {
  const text = answer.toString('latin1');
  if (text === '') return abandoned ? 'abandoned' : 'no answer';
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
  if (status === undefined) {
    fail(`an answer is no HTTP: ${JSON.stringify(text.slice(0, 200))}`);
    return 'no HTTP';
  }
  if (status.startsWith('5') && status !== '503') fail(`a request was answered with ${status}: ${text.slice(0, 600)}`);
  if (status === '503' && readiness.test(route)) return `503 ${/"ok":false,"detail":"([^"]*)/.exec(text)?.[1] ?? ''}`;
  if (status === '503' && !/\r\nretry-after: \d+/i.test(text)) {
    fail(`a 503 without Retry-After: ${text.slice(0, 600)}`);
  }
  const told = inside.exec(text)?.[0] ?? secrets.find((secret) => text.includes(secret));
  if (told !== undefined && !isStream) fail(`an answer tells of the inside (${told}): ${text.slice(0, 600)}`);
  return status;
}
