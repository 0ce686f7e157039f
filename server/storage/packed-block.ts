/**
 * A final block as its rows will hold it, in lists of texts: they go to the storage thread at a tenth of what it costs
 * to copy the objects. One rule: whatever the rows say is decided here; the writer only puts it where it belongs.
 */
import { assert } from '../../ledger/values/assertion.js';
import { canonicalJson } from '../../ledger/values/canonical.js';
import { transactionBytes, transactionJson } from '../../ledger/values/signing.js';
import type { AccountEntry, StateChanges, StateEntry } from '../../ledger/values/state.js';
import { utf8Length } from '../../ledger/values/text-forms.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { FinalBlock } from '../replica/ports.js';

export interface PackedBlock {
  readonly index: number;
  readonly hash: string;
  readonly slot: number;
  readonly epoch: number;
  /** Of the canonical JSON of header, transactions and evidence. */
  readonly bytes: number;
  readonly header: string;
  /** Canonical JSON of each transaction, and its id. */
  readonly bodies: readonly string[];
  readonly ids: readonly string[];
  readonly evidence: readonly PackedEvidence[];
  readonly certificate?: { readonly epoch: number; readonly view: number; readonly text: string };
  readonly state: PackedState;
}

export interface PackedEvidence {
  readonly offender: string;
  readonly epoch: number;
  readonly kind: string;
  readonly body: string;
}

export interface PackedState {
  /**
   * Accounts that changed or that transactions touch, by address: lists of one length. A null balance: the account has left the
   * state; undefined: it is as it was.
   */
  readonly addresses: readonly string[];
  readonly balances: readonly (number | null | undefined)[];
  readonly nonces: readonly (string | null | undefined)[];
  /** Positions of the block's transactions that touch the account, as a JSON array; null: none does. */
  readonly positions: readonly (string | null)[];
  readonly others: readonly (readonly [string, StateEntry | null])[];
  readonly paths: readonly string[];
  /** null: the node is gone. */
  readonly nodes: readonly (string | null)[];
}

export function packBlock({ block, certificate, changes, receipts }: FinalBlock): PackedBlock {
  const { transactions, evidence, ...header } = block;
  assert(receipts.length === transactions.length, `block ${block.index} has a receipt for each transaction`);
  assert(
    certificate === undefined || certificate.block === block.hash,
    `the certificate with block ${block.index} is its own`,
  );
  const headerText = canonicalJson(header);
  const packedEvidence = evidence.map((one) => ({
    offender: one.first.validator,
    epoch: one.first.epoch,
    kind: one.kind,
    body: canonicalJson(one),
  }));
  let bytes = utf8Length(headerText);
  for (const transaction of transactions) bytes += transactionBytes(transaction) + 1;
  for (const { body } of packedEvidence) bytes += utf8Length(body) + 1;
  const { epoch, view } = certificate ?? {};
  return {
    index: block.index,
    hash: block.hash,
    slot: block.slot,
    epoch: block.epoch,
    bytes,
    header: headerText,
    bodies: transactions.map(transactionJson),
    ids: receipts.map(({ id }) => id),
    evidence: packedEvidence,
    ...(epoch === undefined || view === undefined
      ? {}
      : { certificate: { epoch, view, text: canonicalJson(certificate) } }),
    state: packState(changes, positionsByAddress(transactions)),
  };
}

/** @param touching positions of the block's transactions that touch each address, as a JSON array */
export function packState(changes: StateChanges, touching: ReadonlyMap<string, string>): PackedState {
  const changed = new Map<string, AccountEntry | null | undefined>();
  const others: [string, StateEntry | null][] = [];
  for (const [key, entry] of changes.entries) {
    if (key.startsWith('account/')) changed.set(key.slice('account/'.length), entry as AccountEntry | null);
    else others.push([key, entry]);
  }
  for (const address of touching.keys()) if (!changed.has(address)) changed.set(address, undefined);
  // Every node writes the same rows under the same numbers, whether it led or followed.
  const addresses = [...changed.keys()].sort();
  const accounts = addresses.map((address) => changed.get(address));
  return {
    addresses,
    balances: accounts.map((account) => (account ? account.balance : account)),
    nonces: accounts.map((account) => (account ? canonicalJson(account.nonces) : account)),
    positions: addresses.map((address) => touching.get(address) ?? null),
    others,
    paths: [...changes.nodes.keys()],
    nodes: [...changes.nodes.values()],
  };
}

function positionsByAddress(transactions: readonly Transaction[]): ReadonlyMap<string, string> {
  const lists = new Map<string, string>();
  const last = new Map<string, number>();
  const touch = (address: string, position: number): void => {
    if (last.get(address) === position) return;
    last.set(address, position);
    const known = lists.get(address);
    lists.set(address, known === undefined ? `[${position}` : `${known},${position}`);
  };
  for (const [position, transaction] of transactions.entries()) {
    touch(transaction.from, position);
    if (transaction.type === 'transfer') for (const { to } of transaction.outputs) touch(to, position);
  }
  for (const [address, list] of lists) lists.set(address, `${list}]`);
  return lists;
}
