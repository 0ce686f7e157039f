/** A thread that checks signatures: one packed batch in, one byte for each signature out. It knows nothing else. */
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
const isGood = createByteVerifier();
port.on('message', ({ packed, count }: ToSignatureThread) => {
  const verdicts = checkPacked(packed, count, isGood);
  port.postMessage(verdicts, [verdicts.buffer]);
});
