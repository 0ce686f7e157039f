/**
 * Rows of ledger.db and the values that they hold. The only place that turns one into the other when reading. A row that
 * cannot be read is LedgerDamage; what can be read may still be anything, until it is checked against its hash.
 */
import type { Block, HashedHeader } from '../../ledger/values/block.js';
import type { AccountEntry, EpochEntry, FinalTip, SupplyEntry, ValidatorEntry } from '../../ledger/values/state.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { Certificate, Evidence } from '../../ledger/values/vote.js';
import { damage, parsed } from './ledger-damage.js';

export interface AccountRow {
  readonly balance: number | null;
  readonly nonces: string | null;
}

/** undefined: the account has left the state. */
export function accountOf({ balance, nonces }: AccountRow, key: string): AccountEntry | undefined {
  if (balance === null || nonces === null) return undefined;
  return { kind: 'account', balance: balance as AccountEntry['balance'], nonces: stateText(nonces, key) };
}

/** JSON of the state entry `key`, or of a part of it. */
export const stateText = <Value>(text: string, key: string): Value => parsed(text, () => `${key} of the state`);

export interface ValidatorRow {
  readonly key: string;
  readonly vrf_key: string;
  readonly owner: string;
  readonly bonded: number;
  readonly unbonding: string;
  readonly slashed_epochs: string;
}

export function validatorOf(row: ValidatorRow): ValidatorEntry {
  return {
    kind: 'validator',
    key: row.key as ValidatorEntry['key'],
    vrf_key: row.vrf_key as ValidatorEntry['key'],
    owner: row.owner as ValidatorEntry['owner'],
    bonded: row.bonded as ValidatorEntry['bonded'],
    unbonding: parsed(row.unbonding, () => `validator/${row.key} of the state`),
    slashed_epochs: parsed(row.slashed_epochs, () => `validator/${row.key} of the state`),
  };
}

export interface EpochRow {
  readonly number: number;
  readonly nonce: string;
  readonly validators_hash: string;
  readonly validators: string;
}

export function epochOf(row: EpochRow): EpochEntry {
  return {
    kind: 'epoch',
    number: row.number as EpochEntry['number'],
    nonce: row.nonce as EpochEntry['nonce'],
    validators: parsed(row.validators, () => `epoch ${row.number}`),
    validators_hash: row.validators_hash as EpochEntry['nonce'],
  };
}

export function supplyOf(row: { readonly supply: number; readonly burnt: number }): SupplyEntry {
  return {
    kind: 'supply',
    supply: row.supply as SupplyEntry['supply'],
    burnt: row.burnt as SupplyEntry['burnt'],
  };
}

export interface TipRow {
  readonly tip_index: number;
  readonly tip_hash: string;
  readonly tip_epoch: number;
  readonly tip_slot: number;
  readonly tip_view: number;
}

export function tipOf(row: TipRow | undefined): FinalTip {
  if (row === undefined) damage('the name of the last block is missing');
  return {
    index: row.tip_index as FinalTip['index'],
    hash: row.tip_hash as FinalTip['hash'],
    epoch: row.tip_epoch as FinalTip['epoch'],
    slot: row.tip_slot as FinalTip['slot'],
    view: row.tip_view as FinalTip['view'],
  };
}

export interface BlockRow {
  readonly idx: number;
  readonly header: string;
  readonly first_transaction: number;
  readonly transaction_count: number;
  readonly evidence_count: number;
}

export const headerOf = (text: string, idx: number | string): HashedHeader => parsed(text, () => `block ${idx}`);

export function blockOf(row: BlockRow, transactions: readonly string[], evidence: readonly string[]): Block {
  return {
    ...headerOf(row.header, row.idx),
    transactions: transactions.map((text) => parsed<Transaction>(text, () => `a transaction of block ${row.idx}`)),
    evidence: evidence.map((text) => parsed<Evidence>(text, () => `evidence of block ${row.idx}`)),
  };
}

export const certificateOf = (text: string, block: number | string): Certificate =>
  parsed(text, () => `the certificate of block ${block}`);

/** Places of an account's transactions in block `idx`, as account_history lists them. */
export function positionsOf(text: string, idx: number): number[] {
  const name = (): string => `the list of an account's transactions in block ${idx}`;
  const positions = parsed<unknown>(text, name);
  if (!Array.isArray(positions) || !positions.every(Number.isSafeInteger)) damage(`${name()} is none`);
  return positions;
}

/** How transactions are found by id: the first 52 bits, which a number holds exactly. The whole id is compared then. */
export const idPrefix = (id: string): number => Number.parseInt(id.slice(2, 15), 16);
