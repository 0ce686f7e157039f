/** A request body: its type, its size, its bytes, and the strict JSON in them. */
import type { IncomingMessage } from 'node:http';
import { err, ok, type Result } from '../../ledger/values/result.js';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import { problem, type Reply } from './reply.js';
import type { Turns } from './turns.js';

/**
 * Reads and parses a body of at most `maxBytes`. What is too large is refused before it is read in full.
 * @param turns where a body may be so long that parsing it waits for its turn
 */
export async function readJson(
  request: IncomingMessage,
  maxBytes: number,
  turns?: Pick<Turns, 'run'>,
): Promise<Result<unknown, Reply>> {
  const type = request.headers['content-type'];
  if (type === undefined || !isOfType(type, 'application/json')) {
    const shown = type === undefined ? 'there is no content-type header' : `the content-type is "${type.slice(0, 60)}"`;
    return err(problem('unsupported_media_type', `The body must be application/json, but ${shown}.`));
  }
  const compressed = compressionRefusal(request);
  if (compressed !== undefined) return err(compressed);
  const bytes = await readBody(request, maxBytes);
  if (!bytes.ok) return bytes;
  const empty = err(problem('malformed_json', 'The body is empty.'));
  if (bytes.value.length === 0) return empty;
  let answer: Result<unknown, Reply> = empty;
  const parse = (): void => {
    const parsed = parseStrictJson(bytes.value);
    answer = parsed.ok
      ? ok(parsed.value)
      : err(problem('malformed_json', parsed.problem.detail, { path: parsed.problem.path }));
  };
  if (turns === undefined) parse();
  else await turns.run(request.socket, parse);
  return answer;
}

/** Whether the body is lines of JSON. */
export function isLines({ headers }: IncomingMessage): boolean {
  const type = headers['content-type'];
  return type !== undefined && isOfType(type, 'application/x-ndjson');
}

export function compressionRefusal({ headers }: IncomingMessage): Reply | undefined {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return undefined;
  return problem('unsupported_media_type', 'The body is compressed; send it as it is.');
}

/** In UTF-8 if it says so. */
function isOfType(contentType: string, wanted: string): boolean {
  const [type, ...parameters] = contentType.toLowerCase().split(';');
  if (type?.trim() !== wanted) return false;
  return parameters.every((parameter) => /^\s*(charset="?utf-8"?)?\s*$/.test(parameter));
}

/** Bytes of a body too large that are still read, so that its sender gets to the answer. */
const mostThrownAway = 67_108_864;

function readBody(request: IncomingMessage, maxBytes: number): Promise<Result<Uint8Array, Reply>> {
  const tooLarge = (headers?: Reply['headers']): Result<Uint8Array, Reply> =>
    err(problem('body_too_large', `The body has more than ${maxBytes} bytes.`, headers && { headers }));
  // The rest is not read: the connection ends with this answer.
  const close = { connection: 'close' };
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > maxBytes) {
    // Who writes all of the body before reading would lose the answer with the connection: node:http reads it and throws it away.
    return Promise.resolve(tooLarge(declared > mostThrownAway ? close : undefined));
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      request.off('data', onData);
      request.pause();
      resolve(tooLarge(close));
    };
    request.on('data', onData);
    request.once('end', () => resolve(ok(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length))));
    // Nobody is left to read the answer; the promise must end all the same.
    const gone = (): void => resolve(err(problem('malformed_request', 'The request ended too early.')));
    request.once('error', gone);
    request.once('aborted', gone);
  });
}
