/** Transactions, blocks, certificates and evidence as they are shown. The decoders of ledger/values judge what comes in. */
import { z } from 'zod';
import { address, amount, chainId, count, hash, publicKey, signature, vrfProof } from './values.js';

const common = {
  chain: chainId,
  from: address,
  lane: z.int().min(1).max(255).optional(),
  nonce: count,
  fee: amount,
  expires_slot: count.optional(),
  memo: z.string().optional(),
  signature,
};

const transfer = z
  .strictObject({
    type: z.literal('transfer'),
    ...common,
    outputs: z.array(z.strictObject({ to: address, amount })).min(1),
  })
  .meta({ id: 'Transfer' });

const stake = z
  .strictObject({
    type: z.literal('stake'),
    ...common,
    amount,
    validator: z
      .strictObject({ key: publicKey, vrf_key: publicKey, key_proof: signature, vrf_key_proof: signature })
      .optional(),
  })
  .meta({ id: 'Stake' });

const unstake = z.strictObject({ type: z.literal('unstake'), ...common, amount }).meta({ id: 'Unstake' });

export const transaction = z.discriminatedUnion('type', [transfer, stake, unstake]).meta({ id: 'Transaction' });

const certificateReference = {
  phase: z.enum(['prepare', 'commit']),
  epoch: count,
  view: count,
  block: hash,
};

export const certificate = z
  .strictObject({
    ...certificateReference,
    justify_view: count,
    signers: z.array(count).meta({ description: "Indexes into the epoch's set sorted by key" }),
    signatures: z.array(signature),
  })
  .meta({ id: 'Certificate', description: 'Votes of more than 2/3 of the stake for one block' });

const vote = z.strictObject({
  chain: chainId,
  epoch: count,
  view: count,
  block: hash,
  phase: z.enum(['prepare', 'commit']),
  justify_view: count,
  validator: publicKey,
  signature,
});

const proposal = z.strictObject({
  chain: chainId,
  epoch: count,
  view: count,
  block: hash,
  justify: z.strictObject(certificateReference),
  validator: publicKey,
  signature,
});

export const evidence = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('double_proposal'), first: proposal, second: proposal }),
    z.strictObject({ kind: z.literal('double_vote'), first: vote, second: vote }),
    z.strictObject({ kind: z.literal('lock_violation'), first: vote, second: vote }),
  ])
  .meta({ id: 'Evidence', description: 'Two signatures that no honest validator makes' });

const header = {
  version: z.literal(1),
  chain: chainId,
  index: count,
  epoch: count,
  slot: count,
  round: count,
  prev_hash: hash,
  justify_view: count,
  proposer: publicKey,
  tx_root: hash,
  evidence_root: hash,
  state_root: hash,
  validators_hash: hash,
  next_epoch: z.strictObject({ number: count, validators_hash: hash, nonce: hash }).optional(),
  vrf: vrfProof.optional(),
  work: count.optional(),
  hash,
};

export const hashedHeader = z.strictObject(header).meta({ id: 'Header' });
export const blockListItem = z
  .strictObject({ ...header, transaction_count: count, evidence_count: count })
  .meta({ id: 'BlockListItem' });
export const block = z
  .strictObject({ ...header, transactions: z.array(transaction), evidence: z.array(evidence) })
  .meta({ id: 'Block' });

export const transactionStatus = z
  .strictObject({
    id: hash,
    status: z.enum(['pending', 'final', 'rejected', 'expired']),
    transaction: transaction.optional(),
    receipt: z
      .strictObject({ index: count, position: count, slot: count, block: hash })
      .optional()
      .meta({ description: 'Present when final: where it stands' }),
    reason: z.string().optional().meta({ description: 'Present when rejected or expired' }),
    not_final_because: z
      .string()
      .optional()
      .meta({ description: 'While pending, of GET and where final was waited for: why it is not final' }),
    known: z
      .literal(true)
      .optional()
      .meta({ description: 'Present where it was handed in and this node had it before, from whomever' }),
  })
  .meta({ id: 'TransactionStatus' });
