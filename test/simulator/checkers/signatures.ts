/**
 * No honest key signs two values for one (epoch, view, phase), and none signs a prepare vote whose justification lies
 * below an own commit vote: checked on what the key really signed, across crashes.
 */
import type { Signer } from '../../../ledger/values/crypto.js';
import { Violation } from './violation.js';

interface SignedVote {
  readonly epoch: number;
  readonly view: number;
  readonly phase: string;
  readonly block: string;
  readonly justify_view: number;
}

export interface SignatureBook {
  /** The signer as an honest replica gets it: everything it signs is entered and checked. */
  watch(node: number, signer: Signer): Signer;
}

const tag = /^slotledger\/1\/(vote|proposal)\n/;

export function createSignatureBook(): SignatureBook {
  const signed = new Map<string, string>();
  /** Highest view of an own commit vote, by key and epoch. */
  const committed = new Map<string, number>();

  const checkLock = (who: string, vote: SignedVote): void => {
    const name = `${who}/${vote.epoch}`;
    const highest = committed.get(name) ?? -1;
    if (vote.phase === 'commit') committed.set(name, Math.max(highest, vote.view));
    else if (vote.view > highest && vote.justify_view < highest) {
      throw new Violation(
        'a lock holds',
        `${who} prepared in view ${vote.view} on ${vote.justify_view} after a commit vote in ${highest}`,
      );
    }
  };

  return {
    watch: (node, signer) => ({
      publicKey: signer.publicKey,
      sign(message) {
        const kind = tag.exec(message)?.[1];
        if (kind !== undefined) {
          const body = JSON.parse(message.slice(message.indexOf('\n') + 1)) as SignedVote;
          const phase = kind === 'vote' ? body.phase : 'propose';
          const name = `${signer.publicKey}/${body.epoch}/${body.view}/${phase}`;
          const before = signed.get(name);
          if (before !== undefined && before !== message) {
            throw new Violation(
              'one signature per view and phase',
              `node ${node} signed\n  ${before}\nand\n  ${message}`,
            );
          }
          signed.set(name, message);
          if (kind === 'vote') checkLock(signer.publicKey, body);
        }
        return signer.sign(message);
      },
    }),
  };
}
