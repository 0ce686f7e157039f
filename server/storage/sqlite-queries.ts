/**
 * What users ask of ledger.db, on a read-only connection of its own: it never waits for the writer, nor the writer for
 * it. A cursor that no list gave out yields an empty last page. One rule: what a hash, a root or a certificate covers is
 * checked before it is told; docs/SECURITY.md says what none covers.
 */
import { decodeAddress } from '../../ledger/values/address.js';
import type { Block } from '../../ledger/values/block.js';
import type { Verifier } from '../../ledger/values/crypto.js';
import { transactionsRoot } from '../../ledger/values/identity.js';
import { type Height, toEpoch, toHeight, toSlot, toView } from '../../ledger/values/numbers.js';
import { transactionSigningText } from '../../ledger/values/signing.js';
import type { ChainId, Hash } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { Certificate } from '../../ledger/values/vote.js';
import { type LedgerFailure, notRunning } from '../errors.js';
import { createAccountQueries } from './account-queries.js';
import { createCertificateCheck } from './certificate-check.js';
import { createChainQueries } from './chain-queries.js';
import { createCheckedReader } from './checked-reader.js';
import { storageHasher } from './checked-state.js';
import { checking, damage, readFailure } from './ledger-damage.js';
import type { LedgerQueries } from './ledger-queries.js';
import { ledgerMigrations } from './migrations/ledger-migrations.js';
import { openReader } from './open-database.js';
import { createProofQueries } from './proof-queries.js';

export interface LedgerQueriesOptions {
  /** A file that `createLedgerStore` has opened before. */
  readonly path: string;
  readonly genesis: { readonly name: string };
  /** Default: what the genesis name and the stored genesis hash make up. */
  readonly chain?: ChainId;
  /** Absent: signatures are not checked, as of stand-in keys. */
  readonly signatures?: { readonly verifier: Pick<Verifier, 'verify'>; readonly addressPrefix: string };
  /** Pages kept by the connection. */
  readonly cacheKiB?: number;
  /** Called with one sentence when the file cannot be read or contradicts itself; the question throws the same LedgerFailure. */
  readonly onFailure?: (error: LedgerFailure) => void;
}

/** @throws an Error of one sentence if the file cannot be opened. */
export function createLedgerQueries(options: LedgerQueriesOptions): LedgerQueries {
  const database = openReader(options.path, ledgerMigrations, options.cacheKiB);
  const reader = createCheckedReader(database);
  const genesisHash = reader.genesisHash();
  const chain = options.chain ?? (`${options.genesis.name}-${genesisHash.slice(2, 34)}` as ChainId);
  const genesisRoot = database.prepare('SELECT genesis_state_root FROM chain').pluck();
  const chainQueries = createChainQueries(database, reader);
  const proofQueries = createProofQueries(database, reader, chainQueries.epoch);
  const checkCertificate = createCertificateCheck(chainQueries.epoch, reader, chain, options.signatures?.verifier);

  let closed = false;

  /** Damage and disk errors stop the node; whoever asked gets no answer. What the question did wrong is thrown as it is. */
  function guarded<Arguments extends readonly unknown[], Answer>(read: (...of: Arguments) => Answer) {
    return (...of: Arguments): Answer => {
      if (closed) throw notRunning();
      try {
        return reader.once(() => read(...of));
      } catch (cause) {
        const error = readFailure(options.path, cause);
        if (error === undefined) throw cause;
        options.onFailure?.(error);
        throw error;
      }
    };
  }

  /** Block 0 has no header that anyone hashed: its hash is the genesis hash. PROTOCOL section 1. */
  function genesisBlock(): { block: Block; certificate: Certificate } {
    const nothing: Hash = `0x${'0'.repeat(64)}`;
    const { validators_hash } = chainQueries.epoch(toEpoch(0)) ?? damage('epoch 0 is missing');
    const none = transactionsRoot(storageHasher, []);
    const block: Block = {
      version: 1,
      chain,
      index: toHeight(0),
      epoch: toEpoch(0),
      slot: toSlot(0),
      round: 0,
      prev_hash: nothing,
      justify_view: toView(0),
      proposer: nothing,
      tx_root: none,
      evidence_root: none,
      state_root: genesisRoot.get() as Hash,
      validators_hash,
      hash: genesisHash,
      transactions: [],
      evidence: [],
    };
    return {
      block,
      certificate: {
        phase: 'commit',
        epoch: toEpoch(0),
        view: toView(0),
        block: genesisHash,
        justify_view: toView(0),
        signers: [],
        signatures: [],
      },
    };
  }

  function block(at: Height | Hash | 'latest') {
    const named = at === 'latest' ? reader.tip().index : at;
    if (named === 0 || named === genesisHash) return genesisBlock();
    const found = typeof named === 'number' ? reader.blockByIndex(named) : reader.blockByHash(named);
    if (found === undefined) return undefined;
    const certificate = reader.certificateFrom(found.index) ?? damage(`block ${found.index} has no certificate`);
    checkCertificate(found, certificate);
    return { block: found, certificate };
  }

  function transaction(id: TransactionId) {
    const found = reader.transaction(id);
    if (found !== undefined && !isSigned(found.transaction)) {
      damage(`the signature of transaction ${id} of block ${found.receipt.index} does not hold`);
    }
    return found;
  }

  function isSigned(signed: Transaction): boolean {
    if (options.signatures === undefined) return true;
    const { verifier, addressPrefix } = options.signatures;
    const sender = decodeAddress(signed.from, addressPrefix);
    // The id does not cover the signature, which may be anything.
    return checking(
      `a signature of ${signed.from}`,
      () => sender.ok && verifier.verify(sender.value.publicKey, transactionSigningText(signed), signed.signature),
    );
  }

  const accounts = createAccountQueries(database, reader);
  return {
    tip: guarded(reader.tip),
    blocks: guarded(chainQueries.blocks),
    block: guarded(block),
    transaction: guarded(transaction),
    account: guarded(accounts.account),
    accounts: guarded(accounts.accounts),
    accountTransactions: guarded(accounts.accountTransactions),
    epoch: guarded(chainQueries.epoch),
    epochLinks: guarded(proofQueries.epochLinks),
    descendants: guarded(proofQueries.descendants),
    evidence: guarded(chainQueries.evidence),
    supply: guarded(chainQueries.supply),
    close: () => {
      closed = true;
      database.close();
    },
  };
}
