/** What every rule of the ledger needs besides the state: the chain's constants and the doors to cryptography. */
import type { Crypto } from './values/crypto.js';
import type { Genesis } from './values/genesis.js';
import type { ChainId, Hash, Signature } from './values/text.js';
import type { TransactionId } from './values/transaction.js';

export interface LedgerContext {
  readonly genesis: Genesis;
  readonly genesisHash: Hash;
  readonly chain: ChainId;
  readonly crypto: Crypto;
  /**
   * True when exactly this signature was verified before for this id. The id does not cover the signature, so an
   * answer from the id alone would let a forged signature into a block.
   */
  readonly isKnownGood?: (id: TransactionId, signature: Signature) => boolean;
}
