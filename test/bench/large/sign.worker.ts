/** Signs texts on a thread of its own while blocks are made on another. */
import { parentPort } from 'node:worker_threads';
import type { Signer } from '../../../ledger/values/crypto.js';
import type { Signature } from '../../../ledger/values/text.js';
import { createSigner } from '../../../server/crypto/create-crypto.js';
import { payerSeed } from './home-plan.js';

export interface ToSign {
  readonly id: number;
  /** A number of a payer, or 64 hex digits of a seed. */
  readonly by: readonly (number | string)[];
  readonly texts: readonly string[];
}

export interface Signed {
  readonly id: number;
  readonly signatures: readonly Signature[];
}

const signers = new Map<number | string, Signer>();

function signerOf(by: number | string): Signer {
  let signer = signers.get(by);
  if (signer === undefined) {
    signer = createSigner(Buffer.from(typeof by === 'number' ? payerSeed(by) : by, 'hex'));
    signers.set(by, signer);
  }
  return signer;
}

parentPort?.on('message', ({ id, by, texts }: ToSign) => {
  const signatures = texts.map((text, at) => signerOf(by[at]!).sign(text));
  parentPort?.postMessage({ id, signatures } satisfies Signed);
});
