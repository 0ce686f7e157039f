/**
 * One transaction on the state. It either does all that it says or changes nothing: every check stands before the
 * first write.
 */
import type { LedgerContext } from './context.js';
import type { Overlay } from './overlay.js';
import { hasRoomForLeave, hasRoomForStake, requestStake, withWaiting } from './stake-requests.js';
import {
  accountKey,
  ownerKey,
  readAccount,
  readEpoch,
  readNonce,
  readOwner,
  readQueue,
  readValidator,
  validatorKey,
  vrfKeyKey,
} from './state-keys.js';
import { refusal, type TransactionRefusal, type TransactionRefusalCode } from './transaction-refusals.js';
import { decodeAddress } from './values/address.js';
import { transactionId } from './values/identity.js';
import { type Amount, type Slot, toAmount, toNonce } from './values/numbers.js';
import { minimumFee } from './values/parameters.js';
import { err, ok, type Result } from './values/result.js';
import { possessionText, transactionSigningText } from './values/signing.js';
import type { AccountEntry, StateReader } from './values/state.js';
import type { Address } from './values/text.js';
import { utf8Length } from './values/text-forms.js';
import type { Stake, Transaction, TransactionId, Transfer, Unstake } from './values/transaction.js';

/** What the transaction leaves to its block. */
export interface Applied {
  readonly id: TransactionId;
  /** For the owner of the block's proposer. */
  readonly fee: Amount;
}

/**
 * Applies the transaction in a block of this slot. The fee has left the sender afterwards; the block pays it out.
 * PROTOCOL section 3.
 */
export function applyTransaction(
  context: LedgerContext,
  overlay: Overlay,
  transaction: Transaction,
  place: { readonly slot: Slot },
): Result<Applied, TransactionRefusal> {
  const id = transactionId(context.crypto, transaction);
  const refused = firstRefusal(context, overlay, transaction, id, place.slot);
  if (refused !== undefined) return err(refusal(refused));
  const sender = readAccount(overlay, transaction.from);
  const lane = String(transaction.lane ?? 0);
  const spent = spentBy(transaction) + transaction.fee;
  overlay.set(accountKey(transaction.from), {
    kind: 'account',
    balance: toAmount(sender.balance - spent),
    nonces: { ...sender.nonces, [lane]: toNonce(transaction.nonce + 1) },
  });
  switch (transaction.type) {
    case 'transfer':
      for (const { to, amount } of transaction.outputs) credit(overlay, to, amount);
      break;
    case 'stake':
      applyStake(context, overlay, transaction);
      break;
    case 'unstake':
      applyUnstake(context, overlay, transaction);
      break;
  }
  return ok({ id, fee: transaction.fee });
}

/**
 * Whether a block of this slot on this state would take the transaction. `nonce_too_high` means: not yet, since
 * others of its lane must come first.
 */
export function checkTransaction(
  context: LedgerContext,
  state: StateReader,
  transaction: Transaction,
  slot: Slot,
): Result<TransactionId, TransactionRefusal> {
  const id = transactionId(context.crypto, transaction);
  const refused = firstRefusal(context, state, transaction, id, slot);
  return refused === undefined ? ok(id) : err(refusal(refused));
}

/** Adds to a balance; the account comes into being with its first credit. */
export function credit(overlay: Overlay, address: Address, amount: number): void {
  if (amount === 0) return;
  const account = readAccount(overlay, address);
  const credited: AccountEntry = {
    kind: 'account',
    balance: toAmount(account.balance + amount),
    nonces: account.nonces,
  };
  overlay.set(accountKey(address), credited);
}

/** In the order of `transactionRefusals`. */
function firstRefusal(
  context: LedgerContext,
  state: StateReader,
  transaction: Transaction,
  id: TransactionId,
  slot: Slot,
): TransactionRefusalCode | undefined {
  const { parameters } = context.genesis;
  if (transaction.chain !== context.chain) return 'wrong_chain';
  if (!isSigned(context, transaction, id)) return 'bad_signature';
  if (transaction.type === 'transfer' && transaction.outputs.length > parameters.max_outputs) return 'too_many_outputs';
  if (transaction.memo !== undefined && utf8Length(transaction.memo) > parameters.max_memo_bytes) {
    return 'memo_too_long';
  }
  if (transaction.expires_slot !== undefined && slot > transaction.expires_slot) return 'expired';
  const account = readAccount(state, transaction.from);
  const next = readNonce(account, transaction.lane);
  if (transaction.nonce < next) return 'nonce_too_low';
  if (transaction.nonce > next) return 'nonce_too_high';
  if (transaction.fee < minimumFee(parameters, transaction)) return 'fee_too_low';
  const spent = spentBy(transaction);
  if (spent > Number.MAX_SAFE_INTEGER - transaction.fee) return 'amount_too_large';
  if (account.balance < spent + transaction.fee) return 'balance_too_low';
  if (transaction.type === 'stake') return stakeRefusal(context, state, transaction);
  if (transaction.type === 'unstake') return unstakeRefusal(state, transaction);
  return undefined;
}

function isSigned(context: LedgerContext, transaction: Transaction, id: TransactionId): boolean {
  if (context.isKnownGood?.(id, transaction.signature)) return true;
  const sender = decodeAddress(transaction.from, context.genesis.address_prefix);
  if (!sender.ok) return false;
  return context.crypto.verify(sender.value.publicKey, transactionSigningText(transaction), transaction.signature);
}

/** Saturates above 2^53 - 1, where sums would no longer be exact. */
function spentBy(transaction: Transfer | Stake | Unstake): number {
  if (transaction.type === 'unstake') return 0;
  if (transaction.type === 'stake') return transaction.amount;
  let sum = 0;
  for (const { amount } of transaction.outputs) {
    if (amount > Number.MAX_SAFE_INTEGER - sum) return Number.POSITIVE_INFINITY;
    sum += amount;
  }
  return sum;
}

function stakeRefusal(context: LedgerContext, state: StateReader, stake: Stake): TransactionRefusalCode | undefined {
  const { number } = readEpoch(state);
  if (stake.amount < 1) return 'amount_too_small';
  const owned = readOwner(state, stake.from);
  const named = stake.validator;
  if (owned === undefined && named === undefined) return 'validator_missing';
  if (owned !== undefined && named !== undefined) return 'validator_already_named';
  if (named !== undefined) {
    const { key, vrf_key } = named;
    if (readValidator(state, key) !== undefined || state.get(vrfKeyKey(vrf_key)) !== undefined) {
      return 'validator_exists';
    }
    const { crypto, chain } = context;
    const keyText = possessionText({ chain }, stake.from, 'validator', key);
    const vrfText = possessionText({ chain }, stake.from, 'vrf', vrf_key);
    const proved = crypto.verify(key, keyText, named.key_proof) && crypto.verify(vrf_key, vrfText, named.vrf_key_proof);
    if (!proved) return 'bad_key_proof';
  }
  const key = owned?.validator ?? named!.key;
  if ((readValidator(state, key)?.slashed_epochs.length ?? 0) > 0) return 'validator_slashed';
  return hasRoomForStake(readQueue(state), key, number, stake.amount) ? undefined : 'queue_full';
}

function unstakeRefusal(state: StateReader, unstake: Unstake): TransactionRefusalCode | undefined {
  if (unstake.amount < 1) return 'amount_too_small';
  const owned = readOwner(state, unstake.from);
  if (owned === undefined) return 'not_an_owner';
  const validator = readValidator(state, owned.validator)!;
  if (validator.slashed_epochs.length > 0) return 'validator_slashed';
  if (validator.bonded < unstake.amount) return 'stake_too_low';
  const { number } = readEpoch(state);
  return hasRoomForLeave(readQueue(state), owned.validator, number, unstake.amount) ? undefined : 'too_many_leaves';
}

function applyStake(context: LedgerContext, overlay: Overlay, stake: Stake): void {
  const named = stake.validator;
  if (named !== undefined) {
    const { key, vrf_key } = named;
    overlay.set(ownerKey(stake.from), { kind: 'owner', validator: key });
    overlay.set(vrfKeyKey(vrf_key), { kind: 'owner', validator: key });
    overlay.set(validatorKey(key), {
      kind: 'validator',
      key,
      vrf_key,
      owner: stake.from,
      bonded: toAmount(0),
      unbonding: [],
      slashed_epochs: [],
    });
  }
  const key = readOwner(overlay, stake.from)!.validator;
  const validator = readValidator(overlay, key)!;
  overlay.set(validatorKey(key), { ...validator, bonded: toAmount(validator.bonded + stake.amount) });
  requestStake(overlay, key, stake.amount, context.genesis.parameters.unbonding_epochs);
}

function applyUnstake(context: LedgerContext, overlay: Overlay, unstake: Unstake): void {
  const key = readOwner(overlay, unstake.from)!.validator;
  const validator = readValidator(overlay, key)!;
  overlay.set(validatorKey(key), {
    ...validator,
    bonded: toAmount(validator.bonded - unstake.amount),
    unbonding: withWaiting(validator.unbonding, unstake.amount),
  });
  requestStake(overlay, key, -unstake.amount, context.genesis.parameters.unbonding_epochs);
}
