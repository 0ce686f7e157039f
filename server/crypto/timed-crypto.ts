/** Cryptography that knows how long this thread has spent on checking signatures and proofs. */
import type { Crypto } from '../../ledger/values/crypto.js';

export interface TimedCrypto {
  readonly crypto: Crypto;
  /** In ms, since it was made. */
  checkingMs(): number;
}

export function createTimedCrypto(inner: Crypto, monotonic: () => number = () => performance.now()): TimedCrypto {
  let total = 0;
  function timed<Verdict>(check: () => Verdict): Verdict {
    const began = monotonic();
    try {
      return check();
    } finally {
      total += monotonic() - began;
    }
  }
  return {
    crypto: {
      ...inner,
      verify: (publicKey, message, signature) => timed(() => inner.verify(publicKey, message, signature)),
      verifyVrf: (publicKey, alpha, proof) => timed(() => inner.verifyVrf(publicKey, alpha, proof)),
    },
    checkingMs: () => total,
  };
}
