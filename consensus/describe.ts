/** Where a core stands, in words and numbers, for status pages and for "why is it not final?". */
import type { Slot, View } from '../ledger/values/numbers.js';
import type { PublicKey } from '../ledger/values/text.js';
import type { CertificateReference } from '../ledger/values/vote.js';
import { referenceTo } from './certificate.js';
import type { CoreState } from './core-state.js';
import { memberIndex, stakeOf, totalStake } from './quorum.js';
import { currentTerm, termLength } from './term.js';
import { slotOfView, voteKey } from './view.js';
import type { Watermark } from './vote-state.js';

export interface Description {
  readonly slot: Slot;
  readonly epoch: number;
  readonly leader: PublicKey;
  readonly lock: CertificateReference;
  readonly watermark: Watermark;
  readonly term_slots: number;
  readonly role: 'validator' | 'observer';
  /** One sentence about the block in progress; absent when none is. */
  readonly waiting_for?: string;
}

export function describe(state: CoreState): Description {
  const { epoch, config } = state;
  const self = config.signer?.publicKey;
  const isMember = self !== undefined && memberIndex(epoch, self) >= 0;
  const waiting = waitingFor(state);
  return {
    slot: state.slot,
    epoch: epoch.number,
    leader: state.schedule.leader(currentTerm(state)),
    lock: referenceTo(state.lock),
    watermark: state.watermark,
    term_slots: termLength(state),
    role: isMember ? 'validator' : 'observer',
    ...(waiting === undefined ? {} : { waiting_for: waiting }),
  };
}

function waitingFor(state: CoreState): string | undefined {
  if (state.silentBelow !== undefined) {
    return 'This validator lost its vote state and signs nothing until it has seen a later certificate.';
  }
  if (state.clockSuspect) return 'The clock of this validator differs too much from the others: it signs nothing.';
  if (state.awaitingBody !== undefined)
    return 'A final block is known by its certificate only: its body is being fetched.';
  const unstored = state.tip.index - state.storedIndex;
  if (unstored >= state.limits.unstored)
    return `The disk is behind: ${unstored} final blocks are not written, nothing is proposed.`;
  const newest = newestUnfinal(state);
  const leader = state.schedule.leader(currentTerm(state));
  if (newest === undefined) {
    if (state.lock.block === state.tip.hash) return undefined;
    return `A certified block is not final yet: the leader ${leader.slice(0, 10)}… has not proposed it again.`;
  }
  if (slotOfView(state.config.parameters, newest.view) < currentTerm(state)) {
    return `${votesSentence(state, newest)} ${missingLeader(state, leader)}`;
  }
  return votesSentence(state, newest);
}

function missingLeader(state: CoreState, leader: PublicKey): string {
  if (state.leadership === undefined) return `The leader ${leader.slice(0, 10)}… of this slot is silent.`;
  const { newViews } = state.leadership;
  return `This node leads and has new-views of ${newViews.size} of ${state.epoch.validators.length} validators.`;
}

function newestUnfinal(state: CoreState) {
  let newest: { readonly view: View; readonly block: `0x${string}` } | undefined;
  for (const { view, block } of [...state.proposals.values()].flatMap((own) => [...own.values()])) {
    const header = state.headers.get(block);
    if (header === undefined || header.index <= state.tip.index) continue;
    if (newest === undefined || view > newest.view) newest = { view, block };
  }
  return newest;
}

function votesSentence(state: CoreState, { view, block }: { readonly view: number; readonly block: string }): string {
  const { epoch } = state;
  const voters = (phase: 'prepare' | 'commit'): readonly PublicKey[] =>
    epoch.validators
      .map(({ key }) => key)
      .filter((key) => state.votes.get(key)?.get(voteKey(view, phase))?.block === block);
  const qc = state.qcs.get(block as `0x${string}`);
  const phase = qc !== undefined && qc.view >= view ? 'commit' : 'prepare';
  const voted = voters(phase);
  const percent = Math.floor((100 * stakeOf(epoch, voted)) / totalStake(epoch));
  const silent = epoch.validators.map(({ key }) => key).filter((key) => !voted.includes(key));
  const names = silent.slice(0, 4).map((key) => `${key.slice(0, 10)}…`);
  const more = silent.length > 4 ? ` and ${silent.length - 4} more` : '';
  return (
    `Block ${block.slice(0, 10)}… has ${phase} votes of ${voted.length} of ${epoch.validators.length} validators ` +
    `(${percent}% of the stake, more than 66% needed); missing: ${names.join(', ')}${more}.`
  );
}
