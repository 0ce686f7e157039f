/** A thread that checks signatures: one packed batch in, one byte for each signature out. It knows nothing else. */
import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { assert } from '../../ledger/values/assertion.js';
import { checkPacked } from './signature-batch.js';
import { createByteVerifier } from './verify-bytes.js';

export interface ToSignatureThread {
  readonly packed: ArrayBuffer;
  readonly count: number;
}

assert(parentPort !== null, 'a signature thread has a parent');
const port = parentPort;
// Where CPUs are short, votes go before transactions. To Linux 0 is this thread; elsewhere it would be the whole process.
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
const isGood = createByteVerifier();
port.on('message', ({ packed, count }: ToSignatureThread) => {
  const verdicts = checkPacked(packed, count, isGood);
  port.postMessage(verdicts, [verdicts.buffer]);
});
