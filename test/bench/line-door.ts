/** Transactions as lines of one long request, the answers as lines of its response: the door for whoever has many. */
import { type Agent, request } from 'node:http';
import { createInterface } from 'node:readline';

/** Batches handed in whose answers have not all come; as many as keep the node busy while answers travel. */
const maxUnanswered = 4;

export interface LinesHandedIn {
  /** From handing a batch in until all its answers were there, in ms. */
  readonly answerTimes: readonly number[];
  /** All batches were handed in before the time was over. */
  readonly usedUp: boolean;
}

/**
 * @param batches lines of JSON, each ended
 * @param until when nothing more is handed in, by `performance.now()`
 * @throws when the request breaks, or ends with fewer answers than lines
 */
export async function handInLines(
  agent: Agent,
  url: string,
  batches: readonly Buffer[],
  linesPerBatch: number,
  until: number,
  answered: (line: string) => void,
): Promise<LinesHandedIn> {
  const headers = { 'content-type': 'application/x-ndjson' };
  const sent = request(`${url}/v1/transactions`, { method: 'POST', agent, headers });
  const answerTimes: number[] = [];
  const handedInAt: number[] = [];
  let next = 0;
  let answers = 0;

  const handIn = (): void => {
    const mayGoOn = next < batches.length && performance.now() < until;
    while (mayGoOn && next < batches.length && handedInAt.length - answerTimes.length < maxUnanswered) {
      handedInAt.push(performance.now());
      sent.write(batches[next++]!);
    }
    if (!mayGoOn && !sent.writableEnded) sent.end();
  };
  await new Promise<void>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (response) => {
      response.on('error', reject);
      const lines = createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY });
      lines.on('line', (line) => {
        answered(line);
        answers += 1;
        if (answers % linesPerBatch !== 0) return;
        answerTimes.push(performance.now() - handedInAt[answerTimes.length]!);
        handIn();
      });
      lines.on('close', resolve);
    });
    handIn();
  });
  if (answers < next * linesPerBatch) throw new Error(`${answers} answers to ${next * linesPerBatch} lines`);
  return { answerTimes, usedUp: next === batches.length };
}
