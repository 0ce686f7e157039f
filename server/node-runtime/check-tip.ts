/**
 * Looks at a ledger before anything is built on it: its last block, the certificate that makes the block final, and the
 * entries that every block reads, each proved by the state root. `server verify` looks at everything.
 */
import { verifyCertificate } from '../../consensus/certificate.js';
import type { LedgerContext } from '../../ledger/context.js';
import {
  epochKey,
  nonceMaterialKey,
  previousEpochKey,
  queueKey,
  readCertifyingSet,
  supplyKey,
  tipKey,
} from '../../ledger/state-keys.js';
import { proveEntry, verifyEntryProof } from '../../ledger/state-tree/entry-proof.js';
import type { Block } from '../../ledger/values/block.js';
import { blockHash, evidenceRoot, transactionsRoot } from '../../ledger/values/identity.js';
import { type LedgerFailure, SlotledgerError } from '../errors.js';
import type { LedgerStore } from '../replica/ports.js';

const systemKeys = [epochKey, previousEpochKey, supplyKey, queueKey, nonceMaterialKey, tipKey];

/** @throws SlotledgerError LEDGER_DAMAGED, naming what does not fit */
export function checkTip(path: string, store: LedgerStore, context: LedgerContext): void {
  let wrong: string | undefined;
  try {
    wrong = whatIsWrong(store, context);
  } catch (error) {
    // Text that is no JSON, a table that is gone: whatever reading runs into.
    wrong = `it cannot be read (${(error as Error).message})`;
  }
  if (wrong !== undefined) throw damaged(`${path} is damaged: ${wrong}.`);
}

/** What a node says that cannot go on with its ledger. */
export const damaged = (sentence: string): SlotledgerError =>
  new SlotledgerError(
    'LEDGER_DAMAGED',
    sentence,
    'Run `server repair`: it makes ledger.db anew from its blocks and keeps the damaged file.',
  );

/** What a node says that comes upon a failure of the ledger while it starts. */
export const ledgerProblem = ({ code, message }: LedgerFailure): SlotledgerError =>
  code === 'ledger_damaged'
    ? damaged(message)
    : new SlotledgerError('LEDGER_NOT_OPENED', message, 'See docs/OPERATING.md, backup and restore.');

function whatIsWrong(store: LedgerStore, { crypto, chain }: LedgerContext): string | undefined {
  const { index, hash } = store.tip();
  const block = store.blockByIndex(index);
  if (block === undefined) return `its last block, ${index}, is missing`;
  if (block.hash !== hash) return `its last block, ${index}, is another than the one it names`;
  if (index > 0) {
    if (!isWhole(block, crypto)) return `block ${index} is not the one that was made final`;
    const certificate = store.certificate(hash);
    const set = certificate && readCertifyingSet(store, certificate.epoch);
    const holds = certificate && set && verifyCertificate(crypto, set, certificate, chain).ok;
    if (holds !== true || certificate?.block !== hash) return `the certificate of block ${index} does not hold`;
  }
  const unproved = systemKeys.find((key) => {
    const proof = proveEntry(crypto, store, key);
    return !verifyEntryProof(crypto, block.state_root, key, store.get(key) ?? null, proof);
  });
  return unproved === undefined
    ? undefined
    : `${unproved} of the state does not follow from the root in block ${index}`;
}

function isWhole(block: Block, crypto: LedgerContext['crypto']): boolean {
  const { transactions, evidence, hash, ...header } = block;
  return (
    blockHash(crypto, header) === hash &&
    transactionsRoot(crypto, transactions) === header.tx_root &&
    evidenceRoot(crypto, evidence) === header.evidence_root
  );
}
