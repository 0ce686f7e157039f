/** Two signatures where one is allowed. PROTOCOL section 5, equivocation. */
import { breaks, type Mutant } from '../mutant.js';

export const evidence: readonly Mutant[] = [
  breaks('5-double-vote', 'double-vote-forgiven', 'two votes in one view are no evidence', [
    'consensus/equivocation.ts',
    "if (first.block !== second.block) report(state, { kind: 'double_vote', first, second });",
    "if (first.block === second.block) report(state, { kind: 'double_vote', first, second });",
  ]),
  breaks('5-double-proposal', 'double-proposal-forgiven', 'two proposals in one view are no evidence', [
    'consensus/equivocation.ts',
    '} else if (first.block !== proposal.block) {',
    '} else if (first.block !== proposal.block && first.signature === proposal.signature) {',
  ]),
  breaks('5-proposals-kept', 'proposals-forgotten', 'one proposal of each validator is remembered', [
    'consensus/equivocation.ts',
    'if (own.size > maxProposalsPerValidator)',
    'if (own.size > 1)',
  ]),
  breaks('5-votes-kept', 'votes-forgotten', 'a second vote counts only within a few rounds of the first', [
    'consensus/config.ts',
    'maxVotesPerValidator = 64',
    'maxVotesPerValidator = 24',
  ]),
  breaks('5-lock-violation', 'lock-violation-forgiven', 'a vote below an own lock is no evidence', [
    'consensus/equivocation.ts',
    'if (prepare.view > commit.view && prepare.justify_view < commit.view) {',
    'if (prepare.view > commit.view && prepare.justify_view < -commit.view) {',
  ]),
  breaks(
    '5-certificate-votes',
    'certificate-votes-unread',
    'the votes inside certificates are not compared with others',
    ['consensus/on-certificate.ts', '  rememberVotesOf(state, certificate);\n', ''],
  ),
  breaks(
    '5-certificate-votes',
    'certificate-votes-forgotten',
    'a vote that a certificate carried is not held against what its signer signs later',
    ['consensus/known-votes.ts', '    certified.set(name, vote);\n', ''],
  ),
  breaks(
    '5-show-proposal',
    'proposal-kept-to-oneself',
    'who voted for another block never hears of the one proposed here',
    [
      'consensus/equivocation.ts',
      'if (proposal === undefined || proposal.block === vote.block) return;',
      'if (proposal === undefined || proposal.block !== vote.block) return;',
    ],
  ),
];
