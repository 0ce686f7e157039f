/** Block 0 as the core sees it. */
import type { HashedHeader } from '../../ledger/values/block.js';
import { toEpoch, toHeight, toSlot, toView } from '../../ledger/values/numbers.js';
import type { ChainId, Hash } from '../../ledger/values/text.js';

const zero: Hash = `0x${'0'.repeat(64)}`;

export const genesisHeaderOf = (chain: ChainId, hash: Hash): HashedHeader => ({
  version: 1,
  chain,
  index: toHeight(0),
  epoch: toEpoch(0),
  slot: toSlot(0),
  round: 0,
  prev_hash: zero,
  justify_view: toView(0),
  proposer: zero,
  tx_root: zero,
  evidence_root: zero,
  state_root: zero,
  validators_hash: zero,
  hash,
});
