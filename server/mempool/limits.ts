/** How much may wait. Beyond it the node says so (503) instead of forgetting what it accepted. */
export interface MempoolLimits {
  /** Transactions in all. 100,000 at about 1 KiB of memory each. */
  readonly maxTransactions: number;
  /** Bytes of canonical JSON in all. */
  readonly maxBytes: number;
  /** Transactions of one account, over all its lanes. */
  readonly maxPerAccount: number;
  /** How far a nonce may lie ahead of the lane's next one: parallel submission arrives out of order. */
  readonly maxNonceGap: number;
  /** Rejected and expired ids remembered with their reasons. */
  readonly maxRemembered: number;
}

export const defaultMempoolLimits: MempoolLimits = {
  maxTransactions: 100_000,
  maxBytes: 64 * 1024 * 1024,
  maxPerAccount: 20_000,
  maxNonceGap: 10_000,
  maxRemembered: 10_000,
};
