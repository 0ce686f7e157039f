/** Transactions handed in as lines over one request, answered line by line while more are sent. */
import type { Transaction } from '../../ledger/values/transaction.js';
import type { BatchItem } from '../api-types.js';
import { ApiProblem, NodeUnreachable } from './problem.js';
import { type Connection, problemOf, unreachable } from './request.js';

/** Bytes gathered before they are sent on. */
const chunkChars = 16_384;

/** @throws what `transactions` throws; ApiProblem if the node refuses the request, NodeUnreachable if it, or its answers, do not come */
export async function* submitLines(
  connection: Connection,
  transactions: Iterable<Transaction> | AsyncIterable<Transaction>,
): AsyncGenerator<BatchItem, void, undefined> {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expectMore = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new DOMException('no answer', 'TimeoutError')), connection.timeoutMs);
  };
  let sent = 0;
  let answered = 0;
  /** Thrown by whoever gives the transactions: it is not the node's. */
  let theirs: { readonly error: unknown } | undefined;
  const body = bodyOf(transactions, {
    onSent: () => {
      sent += 1;
    },
    onFailure: (error) => {
      theirs = { error };
    },
  });
  try {
    expectMore();
    const response = await connection.fetch(`${connection.url}/v1/transactions`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body,
      signal: abort.signal,
      // A stream is not there a second time, to be sent on to somebody else.
      redirect: 'manual',
      // Node.js asks for this where a body is a stream; the types do not know it.
      ...({ duplex: 'half' } as object),
    });
    if (!response.ok || response.body === null) throw problemOf(response, await jsonOf(response));
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    let rest = '';
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      expectMore();
      const lines = (rest + decoder.decode(read.value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        answered += 1;
        // However long the caller takes over an answer, it is not the node that is late.
        clearTimeout(timer);
        yield JSON.parse(line) as BatchItem;
      }
      expectMore();
    }
    if (answered < sent) throw new NodeUnreachable(connection.url, 'the answers ended too early');
  } catch (error) {
    if (theirs !== undefined) throw theirs.error;
    if (error instanceof ApiProblem || error instanceof NodeUnreachable) throw error;
    throw unreachable(connection.url, error);
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

function bodyOf(
  transactions: Iterable<Transaction> | AsyncIterable<Transaction>,
  { onSent, onFailure }: { readonly onSent: () => void; readonly onFailure: (error: unknown) => void },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const source: AsyncIterator<Transaction> | Iterator<Transaction> =
    Symbol.asyncIterator in transactions ? transactions[Symbol.asyncIterator]() : transactions[Symbol.iterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let text = '';
      // What comes with a pause is sent at once; what is at hand already, together.
      do {
        const next = await nextOf(source, onFailure);
        if (next.done) {
          if (text !== '') controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        onSent();
        text += `${JSON.stringify(next.value)}\n`;
      } while (Symbol.iterator in transactions && text.length < chunkChars);
      controller.enqueue(encoder.encode(text));
    },
    async cancel() {
      await source.return?.();
    },
  });
}

async function nextOf(
  source: AsyncIterator<Transaction> | Iterator<Transaction>,
  onFailure: (error: unknown) => void,
): Promise<IteratorResult<Transaction>> {
  try {
    return await source.next();
  } catch (error) {
    onFailure(error);
    throw error;
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}
