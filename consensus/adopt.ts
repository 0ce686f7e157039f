/**
 * A certificate becomes the lock. [5-lock-at-hand] Only once its block and all that block's ancestors above the tip are at
 * hand here: whoever is locked can show what it is locked on, so no lock binds to what no honest validator has any more.
 * PROTOCOL section 5, rule 4.
 */
import { voteSigningText } from '../ledger/values/signing.js';
import type { Hash } from '../ledger/values/text.js';
import type { Certificate, Vote } from '../ledger/values/vote.js';
import type { CoreState } from './core-state.js';
import { compareRanks, rankOf } from './rank.js';
import { didCommit, didLearnAfterLoss, mayCommit, mayRaiseLock, raiseLock, signerOf } from './safety.js';
import { sendVote, tellSelf } from './send.js';
import { endsSilenceOf } from './silence.js';
import { fetch, pathFromTip } from './unfinal-blocks.js';
import { slotOfView } from './view.js';

/** Takes a certificate for the lock, and votes to commit, if its block is at hand; asks for what is missing if not. */
export function adopt(state: CoreState, certificate: Certificate): void {
  if (!endsSilence(state, certificate) && !mayRaiseLock(state, certificate)) return;
  if (!isAtHand(state, certificate.block)) {
    state.waiting.add(certificate.block);
    return;
  }
  endSilence(state, certificate);
  if (!mayRaiseLock(state, certificate)) return;
  raiseLock(state, certificate);
  if (certificate.phase === 'prepare') commit(state, certificate);
}

/** A body came, or the tip moved: of the certificates that waited for their blocks, the highest that need wait no longer. */
export function adoptWaiting(state: CoreState): void {
  if (state.waiting.size === 0) return;
  const known = [...state.waiting].flatMap((block) => state.qcs.get(block) ?? []);
  const waiting = known.filter((one) => endsSilence(state, one) || mayRaiseLock(state, one));
  state.waiting = new Set(waiting.map(({ block }) => block));
  waiting.sort((left, right) => compareRanks(rankOf(state, right), rankOf(state, left)));
  const found = waiting.find(({ block }) => isAtHand(state, block));
  if (found !== undefined) adopt(state, found);
}

/** Asks for the first block on the way to the tip that is missing. */
export function isAtHand(state: CoreState, block: Hash): boolean {
  const path = pathFromTip(state, block);
  if (path.kind === 'missing') fetch(state, path.block);
  return path.kind === 'whole';
}

/** [5-lost-vote-state] A certificate of a view later than anything this key can have signed ends the silence. */
export function endSilence(state: CoreState, certificate: Certificate): void {
  if (endsSilence(state, certificate)) didLearnAfterLoss(state, certificate);
}

const endsSilence = (state: CoreState, certificate: Certificate): boolean =>
  endsSilenceOf(state, certificate, state.silentBelow);

/** Rule 4: the commit vote. */
function commit(state: CoreState, certificate: Certificate): void {
  const { config } = state;
  if (!mayCommit(state, certificate.view)) return;
  const signer = signerOf(state);
  const { epoch, view, block, justify_view } = certificate;
  const body = { chain: config.chain, epoch, view, block, phase: 'commit', justify_view } as const;
  didCommit(state, view);
  const vote: Vote = {
    ...body,
    validator: signer.publicKey,
    signature: signer.sign(voteSigningText(body)),
  };
  sendVote(state, { type: 'vote', vote }, slotOfView(config.parameters, view));
  tellSelf(state, { type: 'vote', vote });
}
