/** Votes, proposals, certificates and evidence. Signatures and stake are checked by whoever decodes them. */
import { chainDecoder, decodeEpoch, decodeHash, decodePublicKey, decodeSignature, decodeView } from './decode-text.js';
import { evidenceFault } from './evidence.js';
import type { DecodeProblem, Result } from './result.js';
import { checked, type Decoder, integer, list, oneOf, record, variant } from './shape.js';
import type { ChainId } from './text.js';
import type { Certificate, CertificateReference, Evidence, Phase, Proposal, Vote } from './vote.js';

export interface VotingDecoders {
  readonly vote: Decoder<Vote>;
  readonly proposal: Decoder<Proposal>;
  readonly evidence: Decoder<Evidence>;
}

const phase: Decoder<Phase> = oneOf('prepare', 'commit');

export const decodeCertificateReference: Decoder<CertificateReference> = record<CertificateReference>({
  phase,
  epoch: decodeEpoch,
  view: decodeView,
  block: decodeHash,
});

/**
 * A certificate of at most `maxValidators` signers, strictly ascending, each with its signature. Only genesis' own
 * (commit, epoch 0, view 0) has none.
 */
export function certificateDecoder(maxValidators: number): Decoder<Certificate> {
  const certificate = record<Certificate>({
    phase,
    epoch: decodeEpoch,
    view: decodeView,
    block: decodeHash,
    justify_view: decodeView,
    signers: list(integer(0, maxValidators - 1), maxValidators),
    signatures: list(decodeSignature, maxValidators),
  });
  return checked(certificate, certificateFault);
}

export function decodeCertificate(value: unknown, maxValidators: number): Result<Certificate, DecodeProblem> {
  const known = certificateDecoders.get(maxValidators);
  if (known) return known(value);
  // A process knows one chain or a few; the map is emptied before a caller could fill it with anything else.
  if (certificateDecoders.size >= 16) certificateDecoders.clear();
  const made = certificateDecoder(maxValidators);
  certificateDecoders.set(maxValidators, made);
  return made(value);
}

const certificateDecoders = new Map<number, Decoder<Certificate>>();

/** Decoders for one chain; make them once. */
export function votingDecoders(chain: ChainId): VotingDecoders {
  const ofThisChain = chainDecoder(chain);
  const vote = record<Vote>({
    chain: ofThisChain,
    epoch: decodeEpoch,
    view: integer(1),
    block: decodeHash,
    phase,
    justify_view: decodeView,
    validator: decodePublicKey,
    signature: decodeSignature,
  });
  const proposal = record<Proposal>({
    chain: ofThisChain,
    epoch: decodeEpoch,
    view: integer(1),
    block: decodeHash,
    justify: decodeCertificateReference,
    validator: decodePublicKey,
    signature: decodeSignature,
  });
  const evidence = variant<Evidence>('kind', {
    double_proposal: record<Extract<Evidence, { kind: 'double_proposal' }>>({
      kind: oneOf('double_proposal'),
      first: proposal,
      second: proposal,
    }),
    double_vote: record<Extract<Evidence, { kind: 'double_vote' }>>({
      kind: oneOf('double_vote'),
      first: vote,
      second: vote,
    }),
    lock_violation: record<Extract<Evidence, { kind: 'lock_violation' }>>({
      kind: oneOf('lock_violation'),
      first: vote,
      second: vote,
    }),
  });
  return { vote, proposal, evidence: checked(evidence, evidenceFault) };
}

export function decodeVote(value: unknown, chain: ChainId): Result<Vote, DecodeProblem> {
  return decodersOf(chain).vote(value);
}

export function decodeProposal(value: unknown, chain: ChainId): Result<Proposal, DecodeProblem> {
  return decodersOf(chain).proposal(value);
}

/** Also refuses two messages that an honest validator may both have signed. */
export function decodeEvidence(value: unknown, chain: ChainId): Result<Evidence, DecodeProblem> {
  return decodersOf(chain).evidence(value);
}

const decodersByChain = new Map<ChainId, VotingDecoders>();

function decodersOf(chain: ChainId): VotingDecoders {
  const known = decodersByChain.get(chain);
  if (known) return known;
  if (decodersByChain.size >= 16) decodersByChain.clear();
  const made = votingDecoders(chain);
  decodersByChain.set(chain, made);
  return made;
}

function certificateFault({ signers, signatures, phase, epoch, view }: Certificate): DecodeProblem | undefined {
  if (signers.length !== signatures.length) {
    return { path: 'signatures', detail: `${signers.length} signers need as many signatures.` };
  }
  for (let i = 1; i < signers.length; i += 1) {
    if (signers[i]! <= signers[i - 1]!) {
      return { path: `signers[${i}]`, detail: 'Signers are listed once each, in ascending order.' };
    }
  }
  if (signers.length > 0 && view === 0) return { path: 'view', detail: 'Views that can be voted in start at 1.' };
  if (signers.length === 0 && !(phase === 'commit' && epoch === 0 && view === 0)) {
    return { path: 'signers', detail: 'Only the certificate of genesis has no signers.' };
  }
  return undefined;
}
