/** Quorums, certificates and finality: who counts, and for what. PROTOCOL section 5. */
import { breaks, type Mutant, within } from '../mutant.js';

export const quorum: readonly Mutant[] = [
  within(
    { faults: ['halves'] },
    breaks('5-quorum', 'half-quorum', 'two halves of a partition each make blocks final', [
      'consensus/quorum.ts',
      'return 3n * BigInt(stake) > 2n * BigInt(total);',
      'return 2n * BigInt(stake) >= BigInt(total);',
    ]),
  ),
  breaks('5-quorum', 'two-thirds-quorum', 'a twin of exactly a third makes two blocks of one height final', [
    'consensus/quorum.ts',
    'return 3n * BigInt(stake) > 2n * BigInt(total);',
    'return 3n * BigInt(stake) >= 2n * BigInt(total);',
  ]),
  breaks('5-quorum', 'whole-quorum', 'one crashed validator halts the chain', [
    'consensus/quorum.ts',
    'return 3n * BigInt(stake) > 2n * BigInt(total);',
    'return BigInt(stake) >= BigInt(total);',
  ]),
  within(
    { roles: ['equivocating leader', 'equivocating voter'], faults: ['loss', 'delay'] },
    breaks(
      '5-quorum',
      'votes-for-anything',
      'votes for different blocks are added up',
      [
        'consensus/known-votes.ts',
        'if (other?.block === vote.block && other.justify_view === vote.justify_view) same.push(other);',
        'if (other !== undefined) same.push(other);',
      ],
      [
        'consensus/known-votes.ts',
        'const tallyName = (vote: Vote): string => voteSigningText(vote);',
        'const tallyName = (vote: Vote): string => `${vote.view}/${vote.phase}`;',
      ],
    ),
  ),
  within(
    { roles: ['epoch replayer'], faults: ['delay', 'loss'] },
    breaks('5-rank', 'rank-by-view-alone', 'a certificate of an earlier epoch outranks the lock of this one', [
      'consensus/rank.ts',
      'left.epoch - right.epoch || left.view - right.view;',
      'left.view - right.view;',
    ]),
  ),
  within(
    { faults: ['loss', 'delay'] },
    breaks('5-conflicting-finality', 'fork-finalised', 'a certificate for a block beside the final chain is obeyed', [
      'consensus/on-certificate.ts',
      "if (path.kind === 'forked') {",
      "if (path.kind === 'forked' && path.kind.length === 0) {",
    ]),
  ),
  breaks('5-conflicting-finality', 'fork-untold', 'nobody hears that there are two chains', [
    'server/replica/run-effect.ts',
    "if (effect.rule === '5-conflicting-finality') options.onConflict();",
    '',
  ]),
  breaks('5-assemble', 'new-views-not-counted', 'a QC that only new-views together hold is never made', [
    'consensus/on-new-view.ts',
    'if (newView.last_prepare !== undefined) onVote(state, newView.last_prepare);',
    'if (newView.last_prepare !== undefined && newView.slot < 0) onVote(state, newView.last_prepare);',
  ]),
  within(
    { roles: ['certificate forger'], faults: ['delay'] },
    breaks('5-certificate', 'stake-not-counted', 'a certificate of a single signer is believed', [
      'consensus/certificate.ts',
      'if (!isQuorum(stake, totalStake(set))) return',
      'if (!isQuorum(3 * stake + totalStake(set), totalStake(set))) return',
    ]),
  ),
  within(
    { roles: ['certificate forger'], faults: ['delay'] },
    breaks('5-certificate', 'signer-counted-twice', 'one signer named three times makes a quorum', [
      'consensus/certificate.ts',
      'if (index <= last || member === undefined) return',
      'if (member === undefined) return',
    ]),
  ),
  within(
    { roles: ['certificate forger'], faults: ['delay'] },
    breaks('5-certificate', 'signatures-unchecked', 'a certificate with invented signatures is believed', [
      'consensus/certificate.ts',
      'if (!verifier.verify(member.key, message, certificate.signatures[at]!)) {',
      'if (!verifier.verify(member.key, message, certificate.signatures[at]!) && at < 0) {',
    ]),
  ),
  breaks('5-member', 'strangers-vote', 'a new-view of someone outside the set is heard', [
    'consensus/on-new-view.ts',
    'if (memberIndex(epoch, newView.validator) < 0) {',
    'if (memberIndex(epoch, newView.validator) < -1) {',
  ]),
  within(
    { roles: ['future flooder'], faults: ['delay'] },
    breaks('5-future-view', 'votes-of-any-time', 'votes for slots of the far future fill the memory', [
      'consensus/on-vote.ts',
      'if (slot > toSlot(state.slot + 2 * config.parameters.max_term_slots)) {',
      'if (slot > toSlot(state.slot + 1e6)) {',
    ]),
  ),
  within(
    { faults: ['halves', 'loss', 'delay'] },
    breaks('5-final', 'prepared-is-final', 'a block is called final before a quorum is locked on it', [
      'consensus/on-certificate.ts',
      "if (certificate.phase === 'commit') finalise(state, certificate);",
      'if (certificate.phase !== undefined) finalise(state, certificate);',
    ]),
  ),
  breaks('5-certificate', 'counts-differ', 'a certificate with more signers than signatures, or fewer, is looked at', [
    'consensus/certificate.ts',
    'if (certificate.signers.length !== certificate.signatures.length)',
    'if (certificate.signers.length > 1e6 + certificate.signatures.length)',
  ]),
  breaks('5-certificate', 'of-any-epoch', 'a certificate is checked against the set of another epoch', [
    'consensus/certificate.ts',
    'if (certificate.epoch !== set.number) {',
    'if (certificate.epoch < 0) {',
  ]),
  breaks('5-quorum', 'stake-by-heads', 'every member counts the same, whatever its stake', [
    'consensus/quorum.ts',
    'for (const key of new Set(keys)) stake += memberOf(set, key)?.stake ?? 0;',
    'for (const key of new Set(keys)) stake += memberOf(set, key) ? totalStake(set) / set.validators.length : 0;',
  ]),
  breaks('5-quorum', 'quorum-in-floating-point', 'with large stakes one unit more than two thirds is rounded away', [
    'consensus/quorum.ts',
    'return 3n * BigInt(stake) > 2n * BigInt(total);',
    'return 3 * stake > 2 * total;',
  ]),
  breaks('5-final', 'tip-without-ancestors', 'a block becomes final before the bodies below it are there', [
    'consensus/unfinal-blocks.ts',
    ": { kind: 'missing', block: at };",
    ": { kind: 'whole', blocks: [] };",
  ]),
];
