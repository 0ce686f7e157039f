/**
 * The gate before the core: signatures and certificates, each checked once. What was found good is remembered by its
 * whole text, so that a repetition costs a look-up.
 */
import { verifyCertificate } from '../../consensus/certificate.js';
import type { NewView } from '../../consensus/messages.js';
import { newViewSigningText } from '../../consensus/new-view.js';
import { memberIndex, memberOf } from '../../consensus/quorum.js';
import type { Crypto, Hasher } from '../../ledger/values/crypto.js';
import { evidenceFault } from '../../ledger/values/evidence.js';
import { keptWith } from '../../ledger/values/kept.js';
import type { Epoch, View } from '../../ledger/values/numbers.js';
import { proposalSigningText, voteSigningText } from '../../ledger/values/signing.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { ChainId, Hash, PublicKey, Signature } from '../../ledger/values/text.js';
import type { Certificate, Evidence, Proposal, Vote } from '../../ledger/values/vote.js';
import { createBoundedMap } from './bounded-map.js';
import { maxVerified } from './replica-limits.js';

/** `later`: the set of that epoch is not known yet. `forgotten`: nor will it be, it is too old. */
export type Checked = 'good' | 'later' | 'forgotten' | { readonly bad: string };

export interface MessageChecks {
  vote(vote: Vote): Checked;
  proposal(proposal: Proposal): Checked;
  newView(newView: NewView): Checked;
  certificate(certificate: Certificate): Checked;
  evidence(evidence: Evidence): Checked;
  /** A certificate made from votes that were checked one by one. */
  remember(certificate: Certificate): void;
}

export interface MessageChecksOptions {
  readonly crypto: Crypto;
  readonly chain: ChainId;
  readonly genesisHash: Hash;
  /** The set of an epoch, current or past; undefined: not known. */
  readonly epoch: (number: Epoch) => EpochEntry | undefined;
  readonly currentEpoch: () => Epoch;
  readonly ownKey?: PublicKey | undefined;
  /** A peer sent a good vote or proposal of this node's own key, alone or inside something else. It may come again. */
  readonly onOwnKey?: (view: View, signature: Signature) => void;
}

/** Over the signatures too: the same votes with other signatures would else be stored and served unchecked. */
export function certificateDigest(hasher: Hasher, certificate: Certificate): string {
  const kept = keptWith(certificate);
  if (kept.hash === undefined) {
    const { phase, epoch, view, block, justify_view, signers, signatures } = certificate;
    kept.hash = hasher.sha256Hex(`${phase} ${epoch} ${view} ${block} ${justify_view} ${signers} ${signatures}`);
  }
  return kept.hash;
}

export function createMessageChecks(options: MessageChecksOptions): MessageChecks {
  const { crypto, chain, genesisHash } = options;
  /** What a signature was found to hold for. */
  const signedBy = createBoundedMap<Signature, { readonly validator: PublicKey; readonly text: string }>(maxVerified);
  const goodCertificates = createBoundedMap<string, true>(maxVerified);

  function signed(epoch: Epoch, validator: PublicKey, text: string, signature: Signature): Checked {
    const known = signedBy.get(signature);
    if (known !== undefined && known.text === text && known.validator === validator) return 'good';
    const set = options.epoch(epoch);
    if (set === undefined) return epoch > options.currentEpoch() ? 'later' : 'forgotten';
    if (memberOf(set, validator) === undefined) return { bad: `${validator} is no validator of epoch ${epoch}` };
    if (!crypto.verify(validator, text, signature)) return { bad: `the signature of ${validator} does not verify` };
    signedBy.set(signature, { validator, text });
    return 'good';
  }

  /** [5-two-processes] Whatever is checked of the own key is looked at, wherever it stood. */
  function seen(checked: Checked, { validator, view, signature }: Vote | Proposal): Checked {
    if (checked === 'good' && validator === options.ownKey) options.onOwnKey?.(view, signature);
    return checked;
  }

  function seenIn(set: EpochEntry, { view, signers, signatures }: Certificate): void {
    const { ownKey } = options;
    const own = ownKey === undefined ? -1 : signers.indexOf(memberIndex(set, ownKey));
    if (own >= 0) options.onOwnKey?.(view, signatures[own]!);
  }

  const certificateKey = (certificate: Certificate): string => certificateDigest(crypto, certificate);

  const checks: MessageChecks = {
    vote(vote) {
      if (vote.chain !== chain) return { bad: 'the vote is of another chain' };
      return seen(signed(vote.epoch, vote.validator, voteSigningText(vote), vote.signature), vote);
    },
    proposal(proposal) {
      if (proposal.chain !== chain) return { bad: 'the proposal is of another chain' };
      const checked = signed(proposal.epoch, proposal.validator, proposalSigningText(proposal), proposal.signature);
      return seen(checked, proposal);
    },
    newView(newView) {
      if (newView.chain !== chain) return { bad: 'the new-view is of another chain' };
      const { last_prepare } = newView;
      if (last_prepare !== undefined) {
        if (last_prepare.validator !== newView.validator) return { bad: 'a new-view carries a vote of someone else' };
        const vote = checks.vote(last_prepare);
        if (vote !== 'good') return vote;
      }
      return signed(newView.epoch, newView.validator, newViewSigningText(newView), newView.signature);
    },
    certificate(certificate) {
      // Genesis is final by a certificate without signatures. PROTOCOL section 1.
      if (certificate.block === genesisHash) {
        const { epoch, view, signers } = certificate;
        return epoch === 0 && view === 0 && signers.length === 0
          ? 'good'
          : { bad: 'genesis is certified by (0, 0) alone' };
      }
      const key = certificateKey(certificate);
      if (goodCertificates.has(key)) return 'good';
      const set = options.epoch(certificate.epoch);
      if (set === undefined) return certificate.epoch > options.currentEpoch() ? 'later' : 'forgotten';
      const verified = verifyCertificate(crypto, set, certificate, chain);
      if (!verified.ok) return { bad: verified.problem };
      goodCertificates.set(key, true);
      seenIn(set, certificate);
      return 'good';
    },
    evidence(evidence) {
      const fault = evidenceFault(evidence);
      if (fault !== undefined) return { bad: fault };
      if (evidence.kind === 'double_proposal') {
        const first = checks.proposal(evidence.first);
        return first === 'good' ? checks.proposal(evidence.second) : first;
      }
      const first = checks.vote(evidence.first);
      return first === 'good' ? checks.vote(evidence.second) : first;
    },
    remember(certificate) {
      goodCertificates.set(certificateKey(certificate), true);
    },
  };
  return checks;
}
