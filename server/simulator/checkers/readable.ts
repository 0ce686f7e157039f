/**
 * What an honest node says every other one can read: it fits into a line, and the shipped decoder makes the same of it again.
 * Links of the simulator carry objects, so that nothing else would notice a block that no peer takes. [7-whole]
 */

import type { LedgerContext } from '../../../ledger/context.js';
import { parseStrictJson } from '../../../ledger/values/strict-json.js';
import type { PublicKey } from '../../../ledger/values/text.js';
import { createMessageDecoder } from '../../p2p/decode-message.js';
import { encodeLine, fitsLine } from '../../p2p/encode-line.js';
import type { ReplicaMessage } from '../../replica/ports.js';
import { Violation } from './violation.js';

export interface ReadableCheck {
  /** A message leaves a node. What it shows of others is theirs: from links that carry objects it has what no decoder would have let in. */
  sent(node: number, key: PublicKey, message: ReplicaMessage): void;
}

/** These are cut into lines between replica and socket (gather-transactions.ts, public-answers.ts). */
const isCutLater = ({ type }: ReplicaMessage): boolean => type === 'transactions' || type === 'blocks';

function isOfAnother(message: ReplicaMessage, key: PublicKey): boolean {
  if (message.type === 'new_block') return message.proposal.validator !== key;
  return message.type === 'block' && message.block?.proposer !== key;
}

export function createReadableCheck({ chain, genesis }: LedgerContext): ReadableCheck {
  const { address_prefix: prefix, parameters } = genesis;
  const decode = createMessageDecoder({ chain, prefix, parameters });
  return {
    sent(node, key, message) {
      if (isOfAnother(message, key)) return;
      const line = encodeLine(message);
      const fail = (detail: string): never => {
        throw new Violation('what is said can be read', `node ${node} sends ${message.type}: ${detail}`);
      };
      if (!fitsLine(line)) {
        if (isCutLater(message)) return;
        fail(`${line.length} bytes are longer than a line`);
      }
      const parsed = parseStrictJson(line.subarray(0, -1));
      const read = parsed.ok ? decode(parsed.value) : parsed;
      if (!read.ok) fail(JSON.stringify(read.problem));
      else if (!encodeLine(read.value).equals(line)) fail('it is another message to who reads it');
    },
  };
}
