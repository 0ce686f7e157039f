/**
 * Messages as simulated links carry them: plain data, with a key that is equal for equal messages only. What a key
 * names by a signature or a hash needs no further words: those cover the rest.
 */
import type { Certificate } from '../../ledger/values/vote.js';
import type { Lines } from '../p2p/gossip.js';
import type { ReplicaMessage } from '../replica/ports.js';

export interface MessageLine {
  readonly message: ReplicaMessage;
  readonly key: string;
}

const certificateKey = ({ phase, epoch, view, block, justify_view, signers, signatures }: Certificate): string =>
  `${phase} ${epoch} ${view} ${block} ${justify_view} ${signers} ${signatures}`;

function keyOf(message: ReplicaMessage): string {
  switch (message.type) {
    case 'vote':
      return message.vote.signature;
    case 'new_block': {
      const { proposal, block, justify } = message;
      return `${proposal.signature} ${block.hash} ${certificateKey(justify)}`;
    }
    case 'certificate':
      return certificateKey(message.certificate);
    case 'new_view': {
      const { new_view, lock } = message;
      return lock === undefined ? new_view.signature : `${new_view.signature} ${certificateKey(lock)}`;
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

/** One for a whole simulation: a message that many nodes pass on is named once. */
export function createMessageLines(): Lines<MessageLine> {
  const known = new WeakMap<ReplicaMessage, MessageLine>();
  return {
    of(message) {
      const before = known.get(message);
      if (before !== undefined) return before;
      const line = { message, key: keyOf(message) };
      known.set(message, line);
      return line;
    },
    key: ({ key }) => key,
    // Simulated links have no width; what bounds memory of recent messages is their number.
    bytes: () => 0,
  };
}
