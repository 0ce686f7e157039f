/** Proofs of misbehaviour that wait for a block: one per offender and epoch, which is all that a block may use. */
import type { Epoch } from '../../ledger/values/numbers.js';
import type { PublicKey } from '../../ledger/values/text.js';
import type { Evidence } from '../../ledger/values/vote.js';
import { createBoundedMap } from './bounded-map.js';
import { maxPendingEvidence } from './replica-limits.js';

export interface EvidencePool {
  /** Already verified. @returns whether it is new. */
  add(evidence: Evidence): boolean;
  pending(): readonly Evidence[];
  /** These are in a final block. */
  forgetFinal(evidence: readonly Evidence[]): void;
  /** Too old to be used: of an epoch before this one. */
  forgetBefore(epoch: Epoch): void;
}

const offenderOf = ({ first }: Evidence): PublicKey => first.validator;
const keyOf = (evidence: Evidence): string => `${evidence.first.epoch} ${offenderOf(evidence)}`;

export function createEvidencePool(): EvidencePool {
  const pendingByKey = createBoundedMap<string, Evidence>(maxPendingEvidence);
  /** What was final is not taken again from a peer that repeats it. */
  const finalKeys = createBoundedMap<string, true>(maxPendingEvidence);
  return {
    add(evidence) {
      const key = keyOf(evidence);
      if (pendingByKey.has(key) || finalKeys.has(key)) return false;
      pendingByKey.set(key, evidence);
      return true;
    },
    pending: () => [...pendingByKey.values()],
    forgetFinal(evidence) {
      for (const one of evidence) {
        pendingByKey.delete(keyOf(one));
        finalKeys.set(keyOf(one), true);
      }
    },
    forgetBefore(epoch) {
      for (const one of [...pendingByKey.values()]) if (one.first.epoch < epoch) pendingByKey.delete(keyOf(one));
    },
  };
}
