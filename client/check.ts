/**
 * Checks that need no node: hashes, roots and signatures of transactions and blocks. Each check has a name and says
 * what it found; one that fails makes the whole untrustworthy. PROTOCOL sections 2 and 3.
 */
import { decodeAddress } from '../ledger/values/address.js';
import type { Block } from '../ledger/values/block.js';
import type { Crypto } from '../ledger/values/crypto.js';
import { blockHash, evidenceRoot, transactionId, transactionsRoot, validatorsHash } from '../ledger/values/identity.js';
import { transactionSigningText, voteSigningText } from '../ledger/values/signing.js';
import type { SetMember } from '../ledger/values/state.js';
import type { ChainId, Hash } from '../ledger/values/text.js';
import type { Transaction } from '../ledger/values/transaction.js';
import type { Certificate } from '../ledger/values/vote.js';

export interface Check {
  readonly name: string;
  readonly verdict: 'holds' | 'fails' | 'unchecked';
  /** One sentence. */
  readonly detail: string;
}

export function checkTransaction(crypto: Crypto, transaction: Transaction, prefix: string): readonly Check[] {
  return [
    { name: 'id', verdict: 'holds', detail: `The transaction is ${transactionId(crypto, transaction)}.` },
    signatureCheck(crypto, transaction, prefix),
  ];
}

export function checkBlock(crypto: Crypto, block: Block, prefix: string): readonly Check[] {
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
export function checkValidators(crypto: Crypto, block: Block, members: readonly SetMember[]): Check {
  return equal('validators_hash', block.validators_hash, validatorsHash(crypto, members));
}

/** A finality certificate: commit votes of more than two thirds of the stake. PROTOCOL section 5. */
export function checkCertificate(
  crypto: Crypto,
  certificate: Certificate,
  chain: ChainId,
  members: readonly SetMember[],
): Check {
  const { phase, epoch, view, block, justify_view, signers, signatures } = certificate;
  const check = (good: boolean, detail: string): Check => named('certificate', good, detail);
  if (phase !== 'commit') return check(false, `It holds ${phase} votes, which do not make a block final.`);
  const text = voteSigningText({ chain, epoch, view, block, phase, justify_view });
  let stake = 0n;
  for (const [at, signer] of signers.entries()) {
    const member = members[signer];
    const signature = signatures[at];
    if (member === undefined || signature === undefined) return check(false, `Signer ${signer} is not in the set.`);
    if (signer <= (signers[at - 1] ?? -1)) return check(false, 'Its signers are not in order, each once.');
    if (!crypto.verify(member.key, text, signature)) return check(false, `The vote of ${member.key} does not hold.`);
    stake += BigInt(member.stake);
  }
  const total = members.reduce((sum, member) => sum + BigInt(member.stake), 0n);
  const share = `${stake} of ${total} units of stake signed`;
  return check(3n * stake > 2n * total, 3n * stake > 2n * total ? `Final: ${share}.` : `Not a quorum: ${share}.`);
}

function signatureCheck(crypto: Crypto, transaction: Transaction, prefix: string): Check {
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
