/**
 * Everything the core can ask for. The driver carries effects out strictly in the order given: `persist` is durable
 * before the next effect starts; a question comes back as an input. The driver never decides.
 */
import type { Height, Slot, View } from '../ledger/values/numbers.js';
import type { Hash, PublicKey } from '../ledger/values/text.js';
import type { Certificate, Evidence } from '../ledger/values/vote.js';
import type { ConsensusMessage } from './messages.js';
import type { VoteState } from './vote-state.js';

export type Effect =
  /** Write and fsync the vote state with the bodies of these unfinal blocks; bodies not named may be forgotten. */
  | { readonly type: 'persist'; readonly vote_state: VoteState; readonly bodies: readonly Hash[] }
  /** To every validator (through any connected graph). The driver adds the block to a proposal. */
  | { readonly type: 'broadcast'; readonly message: ConsensusMessage }
  /** To one validator. */
  | { readonly type: 'send'; readonly to: PublicKey; readonly message: ConsensusMessage }
  | { readonly type: 'start_timer'; readonly timer: string; readonly at: number }
  | { readonly type: 'stop_timer'; readonly timer: string }
  | {
      readonly type: 'build_block';
      readonly parent: Hash;
      readonly slot: Slot;
      readonly round: number;
      readonly view: View;
      readonly justify_view: View;
    }
  /** Execute this block on its parent and compare the roots. */
  | { readonly type: 'validate_block'; readonly block: Hash }
  /** The body is missing: get it from peers. */
  | { readonly type: 'fetch_block'; readonly block: Hash }
  /** This block and all its ancestors are final. */
  | { readonly type: 'finalise'; readonly block: Hash; readonly certificate: Certificate }
  /** Someone knows of a later epoch or a higher final block: ask peers for final blocks from here on. */
  | { readonly type: 'catch_up'; readonly from_index: Height }
  /** The sender of a message is behind: send it final blocks and certificates after `final_index`. */
  | { readonly type: 'help_behind'; readonly validator: PublicKey; readonly final_index: Height }
  | { readonly type: 'report_evidence'; readonly evidence: Evidence }
  /** For operators and traces: which rule refused what, and why. Never changes state. */
  | { readonly type: 'refused'; readonly rule: string; readonly reason: string; readonly by?: PublicKey };
