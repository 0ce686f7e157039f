/** Rows of ledger.db and the values that they hold. The only place that turns one into the other when reading. */
import type { Block, HashedHeader } from '../../ledger/values/block.js';
import type { AccountEntry, EpochEntry, FinalTip, SupplyEntry, ValidatorEntry } from '../../ledger/values/state.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { Evidence } from '../../ledger/values/vote.js';

export interface AccountRow {
  readonly balance: number | null;
  readonly nonces: string | null;
}

/** undefined: the account has left the state. */
export function accountOf({ balance, nonces }: AccountRow): AccountEntry | undefined {
  if (balance === null || nonces === null) return undefined;
  return { kind: 'account', balance: balance as AccountEntry['balance'], nonces: JSON.parse(nonces) };
}

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
    unbonding: JSON.parse(row.unbonding),
    slashed_epochs: JSON.parse(row.slashed_epochs),
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
    validators: JSON.parse(row.validators),
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

export function tipOf(row: TipRow): FinalTip {
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

export function blockOf(header: string, transactions: readonly string[], evidence: readonly string[]): Block {
  return {
    ...(JSON.parse(header) as HashedHeader),
    transactions: transactions.map((text) => JSON.parse(text) as Transaction),
    evidence: evidence.map((text) => JSON.parse(text) as Evidence),
  };
}

/** How transactions are found by id: the first 52 bits, which a number holds exactly. The whole id is compared then. */
export const idPrefix = (id: string): number => Number.parseInt(id.slice(2, 15), 16);
