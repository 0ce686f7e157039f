/**
 * What stands in a large home, by number: its accounts, who pays, and the n-th payment. Everything follows from the
 * number, so that a build can stop anywhere and go on later.
 */
import { hash } from 'node:crypto';
import { encodeAddress } from '../../../ledger/values/address.js';
import type { Genesis } from '../../../ledger/values/genesis.js';
import { toAmount, toNonce } from '../../../ledger/values/numbers.js';
import { minimumFee } from '../../../ledger/values/parameters.js';
import type { Address, ChainId, PublicKey } from '../../../ledger/values/text.js';
import type { Transfer } from '../../../ledger/values/transaction.js';
import { developmentPrefix } from '../../../server/home/development-genesis.js';

export interface HomePlan {
  /** Transfers with one output and a signature of its own each. */
  readonly transactions: number;
  /** Accounts with money besides the payers, each made by a payment in the chain. */
  readonly accounts: number;
}

/** Payers of the chain; each pays the same number of times, in turn. */
export const payersOf = ({ accounts }: Pick<HomePlan, 'accounts'>): number => (accounts < 100_000 ? 256 : 4096);
/** Outputs of one transaction that makes accounts: as many as a transaction may have. */
export const outputsAtOnce = 256;
/** What each account begins with, in units. */
export const startBalance = toAmount(100);
/** A transfer of one unit, its fee, and some to spare. */
const unitsPerPayment = 3;
/** Every 1 s slot of a busy validator brings about so many full blocks. */
export const blocksPerSlot = 16;

/** The number of transactions that make payers and accounts, before the first transfer. */
export const makingTransactions = (plan: Pick<HomePlan, 'accounts'>): number =>
  Math.ceil((payersOf(plan) + plan.accounts) / outputsAtOnce);

/** 64 hex digits. */
export const payerSeed = (number: number): string => hash('sha256', `payer ${number}`, 'hex');

/** Nobody has the key. */
export function accountAddress(number: number): Address {
  const key: PublicKey = `0x${hash('sha256', `account ${number}`, 'hex')}`;
  return encodeAddress(developmentPrefix, key);
}

/** What a payer begins with. */
export const payerBalance = (plan: HomePlan) =>
  toAmount(1_000 + unitsPerPayment * Math.ceil(plan.transactions / payersOf(plan)));

/** The account that payment `n` goes to: spread evenly and in no order. */
export function payeeOf(n: number, accounts: number): number {
  return Number.parseInt(hash('sha256', `payment ${n}`, 'hex').slice(0, 12), 16) % accounts;
}

export interface Names {
  readonly chain: ChainId;
  readonly parameters: Genesis['parameters'];
  /** Addresses of payers and accounts by number. */
  readonly payers: readonly Address[];
  readonly accounts: readonly Address[];
}

/** Payment `n`, unsigned. */
export function paymentAt(names: Names, n: number): Transfer {
  const body: Transfer = {
    type: 'transfer',
    chain: names.chain,
    from: names.payers[n % names.payers.length]!,
    nonce: toNonce(Math.floor(n / names.payers.length)),
    fee: toAmount(0),
    outputs: [{ to: names.accounts[payeeOf(n, names.accounts.length)]!, amount: toAmount(1) }],
  };
  return { ...body, fee: minimumFee(names.parameters, body) };
}

/** Transaction `n` of those that make payers and accounts, unsigned. */
export function makingAt(names: Names, treasury: Address, n: number, perPayer: ReturnType<typeof payerBalance>) {
  const all = names.payers.length + names.accounts.length;
  const first = n * outputsAtOnce;
  const outputs = Array.from({ length: Math.min(outputsAtOnce, all - first) }, (_, i) => {
    const at = first + i - names.payers.length;
    return at < 0
      ? { to: names.payers[first + i]!, amount: perPayer }
      : { to: names.accounts[at]!, amount: startBalance };
  });
  const body: Transfer = {
    type: 'transfer',
    chain: names.chain,
    from: treasury,
    nonce: toNonce(n),
    fee: toAmount(0),
    outputs,
  };
  return { ...body, fee: minimumFee(names.parameters, body) };
}
