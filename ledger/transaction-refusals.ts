/**
 * Why a transaction is refused, in order of precedence: the first that holds is the answer. Code, HTTP documentation
 * and tests share this order. What only a closing block mends comes last.
 */
export const transactionRefusals = {
  wrong_chain: {
    detail: 'The transaction is made for another chain.',
    fix: 'Sign it again with this chain’s id, as GET /v1/status shows it.',
  },
  bad_signature: {
    detail: 'The signature does not belong to the sender’s key and these fields.',
    fix: 'Sign the transaction’s text with the key of the address in "from".',
  },
  too_many_outputs: {
    detail: 'The transfer has more outputs than this chain allows.',
    fix: 'Split it into several transfers; GET /v1/limits shows max_outputs.',
  },
  memo_too_long: {
    detail: 'The memo has more bytes than this chain allows.',
    fix: 'Shorten the memo; GET /v1/limits shows max_memo_bytes.',
  },
  expired: {
    detail: 'The slot in expires_slot is over.',
    fix: 'Sign it again with a later expires_slot, or without one.',
  },
  nonce_too_low: {
    detail: 'This nonce of the account’s lane was used before.',
    fix: 'Use the next nonce, as GET /v1/accounts/:address shows it.',
  },
  nonce_too_high: {
    detail: 'Transactions with lower nonces of this lane must come first.',
    fix: 'Send the missing transactions, or use the next nonce of the lane.',
  },
  fee_too_low: {
    detail: 'The fee is below the least fee of such a transaction.',
    fix: 'Raise the fee; GET /v1/limits shows how it is reckoned.',
  },
  amount_too_large: {
    detail: 'The amounts add up to more than the total supply can be.',
    fix: 'Lower the amounts: together they may be at most 9007199254740991.',
  },
  balance_too_low: {
    detail: 'The balance does not cover the amounts and the fee.',
    fix: 'Lower the amount, or fund the account first.',
  },
  amount_too_small: {
    detail: 'The amount to stake or unstake must be at least 1.',
    fix: 'Name an amount of at least 1.',
  },
  validator_missing: {
    detail: 'The account owns no validator, and the stake names none.',
    fix: 'Name the validator’s keys with their proofs in the first stake.',
  },
  validator_already_named: {
    detail: 'The account owns a validator already, so its stake must not name one.',
    fix: 'Leave "validator" out to add stake to the account’s validator; stake new keys from an account that owns none.',
  },
  validator_exists: {
    detail: 'The validator key or the VRF key belongs to another validator.',
    fix: 'Make new keys for this validator.',
  },
  bad_key_proof: {
    detail: 'A proof of possession does not belong to its key and owner.',
    fix: 'Sign the proof-of-possession text with the validator key and with the VRF key.',
  },
  not_an_owner: {
    detail: 'The account owns no validator, so there is no stake to unstake.',
    fix: 'Unstake from the account that staked.',
  },
  validator_slashed: {
    detail: 'The validator was slashed: it cannot bond again, and what it has left is paid out by itself.',
    fix: 'Stake from another account with new keys.',
  },
  stake_too_low: {
    detail: 'Less stake is bonded than the transaction asks back.',
    fix: 'Ask for at most the bonded stake.',
  },
  too_many_leaves: {
    detail: 'Eight requests of this validator to leave wait already, which is the most it may have.',
    fix: 'Wait until one of them begins to unbond, as GET /v1/accounts/:address shows it, and ask for all the rest at once.',
  },
  queue_full: {
    detail: 'Too many changes of stake wait for the next epochs.',
    fix: 'A node that accepted it lets it wait for room, the highest fee first; an epoch change or two make it.',
  },
} as const;

export type TransactionRefusalCode = keyof typeof transactionRefusals;

/**
 * What holds whatever the state is, and what no block more can lift: a nonce that was used stays used. One that comes too
 * early is taken, and is most of what a busy lane brings.
 */
export const standingRefusals: ReadonlySet<TransactionRefusalCode> = new Set([
  'wrong_chain',
  'bad_signature',
  'too_many_outputs',
  'memo_too_long',
  'expired',
  'nonce_too_low',
  'nonce_too_high',
  'fee_too_low',
  'amount_too_large',
]);

export interface TransactionRefusal {
  readonly code: TransactionRefusalCode;
  /** One sentence that says what was wrong. */
  readonly detail: string;
  /** One sentence that says what to do. */
  readonly fix: string;
}

export function refusal(code: TransactionRefusalCode): TransactionRefusal {
  return { code, ...transactionRefusals[code] };
}
