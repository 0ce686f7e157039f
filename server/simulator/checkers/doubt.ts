/**
 * Who doubts its clock signs nothing: whatever leaves an honest node meanwhile under its own key it has sent before.
 * [7-clock-suspect]
 */
import type { PublicKey, Signature } from '../../../ledger/values/text.js';
import type { ReplicaMessage } from '../../replica/ports.js';
import { Violation } from './violation.js';

export interface DoubtBook {
  /** What the watch over a node's clock says. */
  verdict(node: number, suspect: boolean): void;
  isInDoubt(node: number): boolean;
  /** A message leaves a node. */
  sent(node: number, key: PublicKey, message: ReplicaMessage): void;
}

function signatureIn(message: ReplicaMessage, key: PublicKey): Signature | undefined {
  const signed =
    message.type === 'vote'
      ? message.vote
      : message.type === 'new_block'
        ? message.proposal
        : message.type === 'new_view'
          ? message.new_view
          : undefined;
  return signed?.validator === key ? signed.signature : undefined;
}

export function createDoubtBook(): DoubtBook {
  const doubting = new Set<number>();
  const sent = new Set<Signature>();
  return {
    verdict(node, suspect) {
      if (suspect) doubting.add(node);
      else doubting.delete(node);
    },
    isInDoubt: (node) => doubting.has(node),
    sent(node, key, message) {
      const signature = signatureIn(message, key);
      if (signature === undefined) return;
      if (doubting.has(node) && !sent.has(signature)) {
        throw new Violation('who doubts its clock signs nothing', `node ${node} sends a new ${message.type}`);
      }
      sent.add(signature);
    },
  };
}
