/** One final block per height, over all nodes and all time; the header carries the state root, so roots agree as well. */
import type { Block } from '../../../ledger/values/block.js';
import type { Hash } from '../../../ledger/values/text.js';
import { Violation } from './violation.js';

export interface OneFinalBlock {
  /** A node holds `block` as final on its disk. */
  stored(node: number, block: Block): void;
  /** Highest index that any node holds. */
  highest(): number;
}

export function createOneFinalBlock(): OneFinalBlock {
  const byIndex: { readonly hash: Hash; readonly node: number }[] = [];
  return {
    stored(node, block) {
      const known = byIndex[block.index];
      if (known === undefined) {
        byIndex[block.index] = { hash: block.hash, node };
        return;
      }
      if (known.hash !== block.hash) {
        throw new Violation(
          'one final block per height',
          `at ${block.index} node ${known.node} has ${known.hash}, node ${node} has ${block.hash}`,
        );
      }
    },
    highest: () => byIndex.length - 1,
  };
}
