/**
 * Messages as simulated links carry them: plain data, with a key that is equal for equal messages only. What a key
 * names by a signature or a hash needs no further words: those cover the rest.
 */
import type { Hasher } from '../../ledger/values/crypto.js';
import { keptWith } from '../../ledger/values/kept.js';
import type { PublicKey } from '../../ledger/values/text.js';
import type { Lines } from '../p2p/gossip.js';
import type { ReplicaMessage } from '../replica/ports.js';
import { certificateDigest } from '../replica/verify-message.js';

function keyOf(hasher: Hasher, message: ReplicaMessage): string {
  switch (message.type) {
    case 'vote':
      return message.vote.signature;
    case 'new_block': {
      const { proposal, block, justify } = message;
      return `${proposal.signature} ${block.hash} ${certificateDigest(hasher, justify)}`;
    }
    case 'certificate':
      return certificateDigest(hasher, message.certificate);
    case 'new_view': {
      const { new_view, lock } = message;
      return lock === undefined ? new_view.signature : `${new_view.signature} ${certificateDigest(hasher, lock)}`;
    }
    case 'transactions':
      return message.transactions.map(({ signature }) => signature).join();
    case 'evidence': {
      const { kind, first, second } = message.evidence;
      return `${kind} ${first.signature} ${second.signature}`;
    }
    default:
      throw new Error(`assertion: ${message.type} does not spread`);
  }
}

/** Who signed a message as a whole; undefined: nobody. */
export function authorOf(message: ReplicaMessage): PublicKey | undefined {
  if (message.type === 'vote') return message.vote.validator;
  if (message.type === 'new_view') return message.new_view.validator;
  return message.type === 'new_block' ? message.proposal.validator : undefined;
}

/** A message that many nodes pass on is named once. */
export function createMessageLines(hasher: Hasher): Lines<ReplicaMessage> {
  return {
    of: (message) => message,
    key(message) {
      const kept = keptWith(message);
      kept.text ??= keyOf(hasher, message);
      return kept.text;
    },
    // Simulated links have no width; what bounds memory of recent messages is their number.
    bytes: () => 0,
    alone: (message) => message,
  };
}
