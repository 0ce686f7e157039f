/** Payments and blocks: exactly once, paid for, signed, and stated in the roots. PROTOCOL section 3. */
import { breaks, type Mutant } from '../mutant.js';

export const transactions: readonly Mutant[] = [
  breaks('3-nonce', 'nonce-not-raised', 'the same payment is taken again and again', [
    'ledger/apply-transaction.ts',
    'nonces: { ...sender.nonces, [lane]: toNonce(transaction.nonce + 1) },',
    'nonces: sender.nonces,',
  ]),
  breaks('3-nonce', 'last-nonce-again', 'the last payment of an account can be repeated once', [
    'ledger/apply-transaction.ts',
    "if (transaction.nonce < next) return 'nonce_too_low';",
    "if (transaction.nonce < next - 1) return 'nonce_too_low';",
  ]),
  breaks('3-nonce', 'nonce-gap', 'a payment overtakes the one before it, which then can never come', [
    'ledger/apply-transaction.ts',
    "if (transaction.nonce > next) return 'nonce_too_high';",
    "if (transaction.nonce > next + 1) return 'nonce_too_high';",
  ]),
  breaks('3-nonce', 'lanes-as-one', 'a payment of one lane is measured by the nonce of another', [
    'ledger/apply-transaction.ts',
    'const next = readNonce(account, transaction.lane);',
    'const next = readNonce(account, 0 as never);',
  ]),
  breaks('3-expiry', 'one-slot-after-expiry', 'a payment given up by its sender is made after all', [
    'ledger/apply-transaction.ts',
    'slot > transaction.expires_slot) return',
    'slot > transaction.expires_slot + 1) return',
  ]),
  breaks('3-balance', 'fee-on-credit', 'an account spends more than it has, by the fee', [
    'ledger/apply-transaction.ts',
    'if (account.balance < spent + transaction.fee) return',
    'if (account.balance < spent) return',
  ]),
  breaks('3-balance', 'only-last-output-paid', 'many are paid at the price of the last: money out of nothing', [
    'ledger/apply-transaction.ts',
    'sum += amount;\n  }\n  return sum;',
    'sum = amount;\n  }\n  return sum;',
  ]),
  breaks('3-balance', 'stake-for-free', 'staked amounts are not taken from the account', [
    'ledger/apply-transaction.ts',
    "if (transaction.type === 'stake') return transaction.amount;",
    "if (transaction.type === 'stake') return 0;",
  ]),
  breaks('3-signature', 'anyone-pays', 'whoever likes spends the money of others', [
    'ledger/apply-transaction.ts',
    'return context.crypto.verify(sender.value.publicKey, transactionSigningText(transaction), transaction.signature);',
    'return context.crypto.verify !== undefined;',
  ]),
  breaks('3-signature', 'keys-unproved', 'a stake names keys that its owner does not hold', [
    'ledger/apply-transaction.ts',
    "if (!proved) return 'bad_key_proof';",
    "if (!proved && stake.amount < 0) return 'bad_key_proof';",
  ]),
  breaks(
    '3-all-or-none',
    'refused-but-in-block',
    'a block with a refused transaction is taken',
    [
      'ledger/execute-block.ts',
      "if (!applied.ok) return blockProblem('transaction',",
      "if (!applied.ok && position < 0) return blockProblem('transaction',",
    ],
    [
      'ledger/execute-block.ts',
      'fees += applied.value.fee;\n    receipts',
      'if (!applied.ok) continue;\n    fees += applied.value.fee;\n    receipts',
    ],
  ),
  breaks('3-fee', 'fee-to-nobody', 'fees vanish: the supply is no longer what the entries hold', [
    'ledger/block-execution.ts',
    'credit(overlay, proposer.owner, finish.fees);',
    'credit(overlay, proposer.owner, 0 * finish.fees);',
  ]),
  breaks(
    '3-hash',
    'body-unchecked',
    'a peer delivers other transactions under the hash of a final block',
    [
      'server/replica/final-blocks.ts',
      'if (block.tx_root !== transactionsRoot(crypto, block.transactions))',
      'if (block.tx_root.length === 0)',
    ],
    [
      'ledger/execute-block.ts',
      'if (block.tx_root !== transactionsRoot(crypto, block.transactions)) {',
      'if (block.tx_root.length === 0) {',
    ],
  ),
  breaks(
    '3-hash',
    'evidence-unchecked',
    'a peer delivers other evidence under the hash of a block',
    [
      'server/replica/final-blocks.ts',
      'if (block.evidence_root !== evidenceRoot(crypto, block.evidence))',
      'if (block.evidence_root.length === 0)',
    ],
    [
      'ledger/execute-block.ts',
      'if (block.evidence_root !== evidenceRoot(crypto, block.evidence)) {',
      'if (block.evidence_root.length === 0) {',
    ],
  ),
  breaks(
    '3-hash',
    'header-unchecked',
    'a header does not have to be what its hash says',
    [
      'ledger/values/decode-block.ts',
      'return header.index > 0 && blockHash(hasher, header) === header.hash;',
      'return header.index > 0 && blockHash(hasher, header) !== header.prev_hash;',
    ],
    ['ledger/execute-block.ts', 'if (block.hash !== hash) return', 'if (block.hash === block.prev_hash) return'],
  ),
  breaks('3-state-root', 'root-unchecked', 'nodes whose states differ do not notice', [
    'ledger/execute-block.ts',
    'if (block.state_root !== stateRoot) return',
    'if (block.state_root === block.prev_hash) return',
  ]),
  breaks('3-block-bytes', 'blocks-too-large', 'a block does not fit the line that carries it', [
    'ledger/execute-block.ts',
    'if (blockBytes(block) > max_block_bytes) {',
    'if (blockBytes(block) > 2 * max_block_bytes) {',
  ]),
];
