/**
 * Transactions as they come from users and peers. Only what can be judged without state and without cryptography is
 * judged here; whoever decodes a transaction still has to check its signature. PROTOCOL section 3.
 */
import {
  addressDecoder,
  chainDecoder,
  decodeAmount,
  decodeNonce,
  decodePositiveAmount,
  decodePublicKey,
  decodeSignature,
  decodeSlot,
} from './decode-text.js';
import type { Parameters } from './genesis.js';
import { maxLane, minTransactionBytes } from './limits.js';
import { type DecodeProblem, ok, type Result } from './result.js';
import { checked, type Decoder, describe, integer, list, optional, record, refuse, variant } from './shape.js';
import { transactionJson } from './signing.js';
import type { ChainId } from './text.js';
import { isWellFormed, utf8Length } from './text-forms.js';
import type { Output, Stake, Transaction, Transfer, Unstake, ValidatorKeys } from './transaction.js';
import { keepTexts } from './transaction-texts.js';

/** What decoding depends on. Make it once for a chain: decoders are kept by this object's identity. */
export interface ChainRules {
  readonly chain: ChainId;
  /** Human-readable part of addresses. */
  readonly prefix: string;
  readonly parameters: Parameters;
}

type Signed<T> = T & Pick<Transaction, 'signature'>;

const decoders = new WeakMap<ChainRules, Decoder<Transaction>>();

export function decodeTransaction(value: unknown, rules: ChainRules): Result<Transaction, DecodeProblem> {
  return transactionDecoder(rules)(value);
}

/** At most as many as a block can hold. */
export function decodeTransactions(value: unknown, rules: ChainRules): Result<readonly Transaction[], DecodeProblem> {
  return list(transactionDecoder(rules), maxTransactionsPerBlock(rules.parameters))(value);
}

/** More cannot fit into `max_block_bytes`. */
export function maxTransactionsPerBlock(parameters: Parameters): number {
  return Math.floor(parameters.max_block_bytes / minTransactionBytes);
}

export function transactionDecoder(rules: ChainRules): Decoder<Transaction> {
  const known = decoders.get(rules);
  if (known) return known;
  const made = makeDecoder(rules);
  decoders.set(rules, made);
  return made;
}

/** The keys that an owner's first stake names, with their proofs (which are not checked here). */
const decodeValidatorKeys: Decoder<ValidatorKeys> = checked(
  record<ValidatorKeys>({
    key: decodePublicKey,
    vrf_key: decodePublicKey,
    key_proof: decodeSignature,
    vrf_key_proof: decodeSignature,
  }),
  ({ key, vrf_key }) => (key === vrf_key ? 'The validator key and the VRF key must differ.' : undefined),
);

function makeDecoder({ chain, prefix, parameters }: ChainRules): Decoder<Transaction> {
  const address = addressDecoder(prefix);
  const common = {
    chain: chainDecoder(chain),
    from: address,
    lane: optional(laneDecoder),
    nonce: decodeNonce,
    fee: decodeAmount,
    expires_slot: optional(decodeSlot),
    memo: optional(memoDecoder(parameters.max_memo_bytes)),
    signature: decodeSignature,
  };
  const outputs = list(record<Output>({ to: address, amount: decodePositiveAmount }), parameters.max_outputs, 1);
  const transfer = record<Signed<Transfer>>({ ...common, type: only('transfer'), outputs });
  const stake = record<Signed<Stake>>({
    ...common,
    type: only('stake'),
    amount: decodePositiveAmount,
    validator: optional(decodeValidatorKeys),
  });
  const unstake = record<Signed<Unstake>>({ ...common, type: only('unstake'), amount: decodePositiveAmount });
  const decode = checked(variant<Transaction>('type', { transfer, stake, unstake }), spendingFault);
  return (value) => {
    const decoded = decode(value);
    if (!decoded.ok) return decoded;
    keepTexts(decoded.value);
    // Written now: whatever holds the transaction, a message, a block or a row, is written with this text.
    transactionJson(decoded.value);
    return decoded;
  };
}

const only = <const Kind extends string>(kind: Kind): Decoder<Kind> => {
  return (value) => (value === kind ? ok(kind) : refuse(`"${kind}" is expected here, not ${describe(value)}.`));
};

const laneDecoder: Decoder<number> = (value) =>
  value === 0 ? refuse('Lane 0 is the default and is left out.') : integer<number>(1, maxLane)(value);

function memoDecoder(maxBytes: number): Decoder<string> {
  return (value) => {
    if (typeof value !== 'string') return refuse(`A text is expected here, not ${describe(value)}.`);
    if (value === '') return refuse('An empty memo is left out.');
    // Checked first, so that nobody makes us scan a long text.
    if (value.length > maxBytes || utf8Length(value) > maxBytes) {
      return refuse(`A memo has at most ${maxBytes} bytes of UTF-8.`);
    }
    return isWellFormed(value) ? ok(value) : refuse('The memo holds half a surrogate pair, which has no UTF-8 form.');
  };
}

/** The sum that leaves the sender must be an amount itself, so that no rule ever adds past 2^53 - 1. */
function spendingFault(transaction: Transaction): DecodeProblem | undefined {
  let sum: number = transaction.fee;
  if (transaction.type === 'transfer') {
    for (const output of transaction.outputs) {
      sum += output.amount;
      if (sum > Number.MAX_SAFE_INTEGER) break;
    }
  } else if (transaction.type === 'stake') sum += transaction.amount;
  if (sum <= Number.MAX_SAFE_INTEGER) return undefined;
  return { path: '', detail: `Amounts and fee together exceed ${Number.MAX_SAFE_INTEGER}, the most that can exist.` };
}
