/** Certificates: assembled from votes, checked against the set of their own epoch. PROTOCOL sections 3, 5 and 6. */
import type { Verifier } from '../ledger/values/crypto.js';
import { err, ok, type Result } from '../ledger/values/result.js';
import { voteSigningText } from '../ledger/values/signing.js';
import type { EpochEntry } from '../ledger/values/state.js';
import type { ChainId } from '../ledger/values/text.js';
import type { Certificate, CertificateReference, Vote } from '../ledger/values/vote.js';
import { assert } from './assert.js';
import { isQuorum, memberIndex, totalStake } from './quorum.js';

/** @param votes by distinct members of the set, all for one (phase, epoch, view, block, justify_view) */
export function assembleCertificate(set: EpochEntry, votes: readonly Vote[]): Certificate {
  const first = votes[0];
  assert(first !== undefined, 'a certificate needs votes');
  const sorted = votes
    .map((vote) => ({ index: memberIndex(set, vote.validator), signature: vote.signature }))
    .sort((left, right) => left.index - right.index);
  return {
    phase: first.phase,
    epoch: first.epoch,
    view: first.view,
    block: first.block,
    justify_view: first.justify_view,
    signers: sorted.map(({ index }) => index),
    signatures: sorted.map(({ signature }) => signature),
  };
}

/**
 * [5-certificate] Distinct members of the set of the certificate's own epoch, together more than 2/3 of its stake,
 * each with a valid signature. @returns why it does not hold otherwise
 */
export function verifyCertificate(
  verifier: Pick<Verifier, 'verify'>,
  set: EpochEntry,
  certificate: Certificate,
  chain: ChainId,
): Result<undefined, string> {
  if (certificate.epoch !== set.number) {
    return err(`the certificate is of epoch ${certificate.epoch}, the set of epoch ${set.number}`);
  }
  if (certificate.signers.length !== certificate.signatures.length)
    return err('signers and signatures differ in number');
  let stake = 0;
  let last = -1;
  for (const index of certificate.signers) {
    const member = set.validators[index];
    if (index <= last || member === undefined) return err('signers are not ascending indexes into the set');
    last = index;
    stake += member.stake;
  }
  if (!isQuorum(stake, totalStake(set))) return err(`stake of ${stake} is not more than 2/3 of ${totalStake(set)}`);
  const { phase, epoch, view, block, justify_view } = certificate;
  const message = voteSigningText({ chain, epoch, view, block, phase, justify_view });
  for (const [at, index] of certificate.signers.entries()) {
    const member = set.validators[index]!;
    if (!verifier.verify(member.key, message, certificate.signatures[at]!)) {
      return err(`the signature of ${member.key} does not hold`);
    }
  }
  return ok(undefined);
}

export const referenceTo = ({ phase, epoch, view, block }: CertificateReference): CertificateReference => ({
  phase,
  epoch,
  view,
  block,
});
