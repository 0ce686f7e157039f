/**
 * No honest key signs two values for one (epoch, view, phase), and none signs a prepare vote whose justification lies
 * below an own commit vote: checked on what really leaves a node, across crashes.
 */
import { proposalSigningText, voteSigningText } from '../../../ledger/values/signing.js';
import type { PublicKey } from '../../../ledger/values/text.js';
import type { Vote } from '../../../ledger/values/vote.js';
import type { ReplicaMessage } from '../../replica/ports.js';
import { Violation } from './violation.js';

export interface SignatureBook {
  /** A message leaves a node; what its own key signed in it is entered and checked. */
  sent(node: number, key: PublicKey, message: ReplicaMessage): void;
}

export function createSignatureBook(): SignatureBook {
  const signed = new Map<string, string>();
  /** Highest view of an own commit vote, by key and epoch. */
  const committed = new Map<string, number>();

  const enter = (node: number, name: string, text: string): void => {
    const before = signed.get(name);
    if (before !== undefined && before !== text) {
      throw new Violation('one signature per view and phase', `node ${node} signed\n  ${before}\nand\n  ${text}`);
    }
    signed.set(name, text);
  };
  const checkLock = (vote: Vote): void => {
    const name = `${vote.validator}/${vote.epoch}`;
    const highest = committed.get(name) ?? -1;
    if (vote.phase === 'commit') committed.set(name, Math.max(highest, vote.view));
    else if (vote.view > highest && vote.justify_view < highest) {
      const detail = `${vote.validator} prepared in view ${vote.view} on ${vote.justify_view} after a commit vote in ${highest}`;
      throw new Violation('a lock holds', detail);
    }
  };

  return {
    sent(node, key, message) {
      if (message.type === 'vote' && message.vote.validator === key) {
        const { vote } = message;
        enter(node, `${key}/${vote.epoch}/${vote.view}/${vote.phase}`, voteSigningText(vote));
        checkLock(vote);
      }
      if (message.type === 'new_block' && message.proposal.validator === key) {
        const { proposal } = message;
        enter(node, `${key}/${proposal.epoch}/${proposal.view}/propose`, proposalSigningText(proposal));
      }
    },
  };
}
