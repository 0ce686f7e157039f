/**
 * Checks that need no node: hashes, roots and signatures of transactions and blocks. Each check has a name and says
 * what it found; one that fails makes the whole untrustworthy. PROTOCOL sections 2 and 3.
 */
import { verifyCertificate } from '../consensus/certificate.js';
import { decodeAddress } from '../ledger/values/address.js';
import type { Block } from '../ledger/values/block.js';
import { blockHash, evidenceRoot, transactionId, transactionsRoot, validatorsHash } from '../ledger/values/identity.js';
import { transactionSigningText } from '../ledger/values/signing.js';
import type { EpochEntry } from '../ledger/values/state.js';
import type { ChainId, Hash } from '../ledger/values/text.js';
import type { Transaction } from '../ledger/values/transaction.js';
import type { Certificate } from '../ledger/values/vote.js';
import type { ClientCrypto } from './crypto.js';

export interface Check {
  readonly name: string;
  readonly verdict: 'holds' | 'fails' | 'unchecked';
  /** One sentence. */
  readonly detail: string;
}

export function checkTransaction(crypto: ClientCrypto, transaction: Transaction, prefix: string): readonly Check[] {
  return [
    { name: 'id', verdict: 'holds', detail: `The transaction is ${transactionId(crypto, transaction)}.` },
    signatureCheck(crypto, transaction, prefix),
  ];
}

export function checkBlock(crypto: ClientCrypto, block: Block, prefix: string): readonly Check[] {
  const bad = block.transactions.findIndex(
    (transaction) => signatureCheck(crypto, transaction, prefix).verdict === 'fails',
  );
  return [
    equal('hash', block.hash, blockHash(crypto, block)),
    equal('tx_root', block.tx_root, transactionsRoot(crypto, block.transactions)),
    equal('evidence_root', block.evidence_root, evidenceRoot(crypto, block.evidence)),
    {
      name: 'transactions',
      verdict: bad === -1 ? 'holds' : 'fails',
      detail:
        bad === -1
          ? `All ${block.transactions.length} signatures of senders hold.`
          : `The signature of transaction ${bad} does not hold.`,
    },
  ];
}

/** Whether these validators are the set that the block names. */
export function checkValidators(crypto: ClientCrypto, block: Block, set: EpochEntry): Check {
  return equal('validators_hash', block.validators_hash, validatorsHash(crypto, set.validators));
}

/** A finality certificate: commit votes of more than two thirds of the stake. PROTOCOL section 5. */
export function checkCertificate(
  crypto: ClientCrypto,
  certificate: Certificate,
  chain: ChainId,
  set: EpochEntry,
): Check {
  if (certificate.phase !== 'commit') {
    return named('certificate', false, `It holds ${certificate.phase} votes, which do not make a block final.`);
  }
  const verified = verifyCertificate(crypto, set, certificate, chain);
  if (!verified.ok) return named('certificate', false, `It does not hold: ${verified.problem}.`);
  const { signers } = certificate;
  return named('certificate', true, `Final by ${signers.length} of ${set.validators.length} validators.`);
}

function signatureCheck(crypto: ClientCrypto, transaction: Transaction, prefix: string): Check {
  const sender = decodeAddress(transaction.from, prefix);
  const good =
    sender.ok && crypto.verify(sender.value.publicKey, transactionSigningText(transaction), transaction.signature);
  const detail = good ? `${transaction.from} signed it.` : 'The signature is not by the sender over these fields.';
  return named('signature', good, detail);
}

function equal(name: string, stated: Hash, computed: Hash): Check {
  const good = stated === computed;
  return named(name, good, good ? `It is ${stated}.` : `It states ${stated}, but it is ${computed}.`);
}

const named = (name: string, good: boolean, detail: string): Check => ({
  name,
  verdict: good ? 'holds' : 'fails',
  detail,
});
