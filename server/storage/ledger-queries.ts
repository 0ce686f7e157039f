/**
 * Questions that users ask of final blocks and final state. Read-only, on a connection of its own, never on the path
 * of a vote. Lists come newest first; `before` is the cursor of the last item seen.
 */
import type { Block, HashedHeader } from '../../ledger/values/block.js';
import type { Amount, Epoch, Height, Slot } from '../../ledger/values/numbers.js';
import type {
  AccountEntry,
  EpochEntry,
  FinalTip,
  Receipt,
  SetMember,
  ValidatorEntry,
} from '../../ledger/values/state.js';
import type { Address, Hash, PublicKey } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { Certificate, Evidence } from '../../ledger/values/vote.js';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Opaque; null: that was the last page. */
  readonly nextCursor: string | null;
}

export interface BlockListItem extends HashedHeader {
  readonly transaction_count: number;
  readonly evidence_count: number;
}

export interface AccountTransaction {
  readonly id: TransactionId;
  readonly index: Height;
  readonly slot: Slot;
  readonly position: number;
  readonly direction: 'in' | 'out' | 'self';
  /** What left or reached the account, without the fee. */
  readonly amount: Amount;
  readonly fee: Amount;
  readonly transaction: Transaction;
}

export interface StoredEvidence {
  readonly evidence: Evidence;
  readonly offender: PublicKey;
  readonly epoch: Epoch;
  readonly index: Height;
}

/** From one validator set to the next: a closing block's header, its finality certificate, and the set that it names. */
export interface EpochLink {
  readonly header: HashedHeader;
  readonly certificate: Certificate;
  /** Sorted by key. */
  readonly validators: readonly SetMember[];
}

export interface LedgerQueries {
  tip(): FinalTip;
  blocks(limit: number, cursor?: string): Page<BlockListItem>;
  /** With its own finality certificate, or that of the nearest later final block that has one. */
  block(at: Height | Hash | 'latest'): { readonly block: Block; readonly certificate: Certificate } | undefined;
  transaction(
    id: TransactionId,
  ): { readonly transaction: Transaction; readonly receipt: Receipt; readonly block: Hash } | undefined;
  /** As of a final height (default: the tip). undefined entry: never seen then. 'pruned' below the kept history. */
  account(
    address: Address,
    index?: Height,
  ):
    | { readonly entry: AccountEntry | undefined; readonly validator?: ValidatorEntry; readonly index: Height }
    | 'pruned';
  accounts(limit: number, cursor?: string): Page<{ readonly address: Address; readonly balance: Amount }>;
  accountTransactions(address: Address, limit: number, cursor?: string): Page<AccountTransaction>;
  epoch(number: Epoch | 'current'): EpochEntry | undefined;
  /** To the epochs after `after`, in order: at most `limit`, and no more than fit into some 256 KiB beyond the first. */
  epochLinks(after: Epoch, limit: number): readonly EpochLink[];
  /** Headers of the final blocks after `index` up to the one with the hash `to`, which is final; none if that is not after it. */
  descendants(index: Height, to: Hash): readonly HashedHeader[];
  evidence(limit: number, cursor?: string): Page<StoredEvidence>;
  supply(): { readonly supply: Amount; readonly burnt: Amount; readonly bonded: Amount; readonly unbonding: Amount };
  close(): void;
}
