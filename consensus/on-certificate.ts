/** A verified certificate becomes known, from votes, a justification, a new-view or a peer. PROTOCOL section 5, rules 4, 5. */
import { toHeight } from '../ledger/values/numbers.js';
import type { Certificate } from '../ledger/values/vote.js';
import { adopt } from './adopt.js';
import type { CoreState } from './core-state.js';
import { showProposal } from './equivocation.js';
import { rememberVotesOf } from './known-votes.js';
import { emit, refuse, tellSelf } from './send.js';
import { fetch, pathFromTip } from './unfinal-blocks.js';

export function onCertificate(state: CoreState, certificate: Certificate): void {
  // [6-old-epoch] Nothing of an earlier epoch is signed or moves the lock.
  if (certificate.epoch !== state.epoch.number) return;
  rememberVotesOf(state, certificate);
  showProposal(
    state,
    certificate,
    certificate.signers.map((index) => state.epoch.validators[index]!.key),
  );
  remember(state, certificate);
  adopt(state, certificate);
  if (certificate.phase === 'commit') finalise(state, certificate);
  // [5-next-round] The QC of the round before is there: the next round may follow at once.
  else if (state.leadership !== undefined) tellSelf(state, { type: 'work_available' });
}

function remember(state: CoreState, certificate: Certificate): void {
  const known = state.qcs.get(certificate.block);
  if (known !== undefined && known.view >= certificate.view) return;
  state.qcs.set(certificate.block, certificate);
  if (state.qcs.size > state.limits.unfinalHeaders) state.qcs.delete(state.qcs.keys().next().value!);
}

/** Rule 5: that block and all its ancestors are final. */
export function finalise(state: CoreState, certificate: Certificate): void {
  const { config } = state;
  if (certificate.block === state.tip.hash || state.finalising?.block === certificate.block) return;
  const path = pathFromTip(state, certificate.block);
  if (path.kind === 'forked') {
    // More than a third of the stake signed against the rules, or this node is wrong: it goes no further with it.
    refuse(state, '5-conflicting-finality', `block ${certificate.block} does not descend from the final tip`);
    return;
  }
  if (path.kind === 'missing') {
    // An ancestor of the tip, or the tip: nothing new.
    if (path.block === certificate.block && certificate.view <= state.tipCertificate.view) return;
    if (state.awaitingBody === undefined || state.awaitingBody.view < certificate.view)
      state.awaitingBody = certificate;
    fetch(state, path.block);
    emit(state, { type: 'catch_up', from_index: toHeight(state.tip.index + 1) });
    return;
  }
  const proposedAt = state.proposedAt.get(certificate.block);
  if (proposedAt !== undefined) {
    const lasted = Math.min(state.now - proposedAt, config.parameters.slot_duration_ms);
    state.finalityMs = Math.ceil((state.finalityMs + lasted) / 2);
  }
  if (state.awaitingBody !== undefined && state.awaitingBody.view <= certificate.view) state.awaitingBody = undefined;
  state.finalising = certificate;
  emit(state, { type: 'finalise', block: certificate.block, certificate });
}
