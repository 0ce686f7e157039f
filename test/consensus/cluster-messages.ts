/** What the nodes of a test cluster send each other. */
import type { ConsensusMessage } from '../../consensus/messages.js';
import type { Block } from '../../ledger/values/block.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Certificate } from '../../ledger/values/vote.js';

export type WireMessage =
  | { readonly type: 'consensus'; readonly message: ConsensusMessage; readonly block?: Block }
  | { readonly type: 'blocks'; readonly blocks: readonly Block[]; readonly certificates: readonly Certificate[] }
  | { readonly type: 'get_blocks'; readonly from: number }
  | { readonly type: 'get_block'; readonly hash: Hash }
  | { readonly type: 'block'; readonly block: Block };

export type ConsensusWire = Extract<WireMessage, { type: 'consensus' }>;

export function epochOf(message: ConsensusMessage): number {
  switch (message.type) {
    case 'proposal':
      return message.proposal.epoch;
    case 'vote':
      return message.vote.epoch;
    case 'certificate':
      return message.certificate.epoch;
    case 'new_view':
      return message.new_view.epoch;
  }
}

export function certificatesIn(message: ConsensusMessage): readonly Certificate[] {
  if (message.type === 'certificate') return [message.certificate];
  if (message.type === 'proposal') return [message.justify];
  return message.type === 'new_view' && message.lock !== undefined ? [message.lock] : [];
}
