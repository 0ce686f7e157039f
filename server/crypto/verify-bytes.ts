/** The one acceptance rule for Ed25519 (PROTOCOL section 2) over bytes: on the main thread and on the others alike. */
import { hasEd25519Form } from '../../ledger/values/ed25519-form.js';
import { type Engine, nodeEngine, sodiumEngine } from './engines.js';

/** @param engine for tests; by default libsodium where it loads, else node:crypto. Their verdicts are the same. */
export function createByteVerifier(engine: Engine = sodiumEngine() ?? nodeEngine()): Engine {
  return (key, message, signature) => hasEd25519Form(key, signature) && engine(key, message, signature);
}
