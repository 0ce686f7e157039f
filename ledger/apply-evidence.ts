/**
 * Evidence on the state: burns a part of all that the offender has bonded or unbonding, and marks it to leave. Valid once
 * per offender and epoch, while that epoch is within the unbonding period. PROTOCOL sections 3 and 5.
 */
import type { LedgerContext } from './context.js';
import type { Overlay } from './overlay.js';
import { partsPerMillion } from './ppm.js';
import { dropRequests } from './stake-requests.js';
import {
  queueKey,
  readEpoch,
  readEpochNumbered,
  readQueue,
  readSupply,
  readValidator,
  supplyKey,
  validatorKey,
} from './state-keys.js';
import { evidenceFault } from './values/evidence.js';
import { evidenceEpoch, evidenceOffender } from './values/identity.js';
import { type Amount, toAmount } from './values/numbers.js';
import { err, ok, type Result } from './values/result.js';
import { proposalSigningText, voteSigningText } from './values/signing.js';
import type { StateReader, Unbonding } from './values/state.js';
import type { Evidence } from './values/vote.js';

export type EvidenceProblemCode =
  | 'wrong_chain'
  | 'shows_nothing'
  | 'epoch_out_of_period'
  | 'not_a_member'
  | 'already_punished'
  | 'bad_signature';

export interface EvidenceProblem {
  readonly code: EvidenceProblemCode;
  readonly detail: string;
}

const problem = (code: EvidenceProblemCode, detail: string) => err({ code, detail });

/** Whether a block on this state may carry the evidence. */
function checkEvidence(context: LedgerContext, state: StateReader, evidence: Evidence): Result<void, EvidenceProblem> {
  if (evidence.first.chain !== context.chain) return problem('wrong_chain', 'The evidence is of another chain.');
  const fault = evidenceFault(evidence);
  if (fault !== undefined) return problem('shows_nothing', fault);
  const epoch = evidenceEpoch(evidence);
  const offender = evidenceOffender(evidence);
  const current = readEpoch(state).number;
  const set =
    epoch <= current && current - epoch <= context.genesis.parameters.unbonding_epochs
      ? readEpochNumbered(state, epoch)
      : undefined;
  if (set === undefined) return problem('epoch_out_of_period', `Epoch ${epoch} is not within the unbonding period.`);
  if (!set.validators.some(({ key }) => key === offender)) {
    return problem('not_a_member', `The offender is not in the set of epoch ${epoch}.`);
  }
  if (readValidator(state, offender)?.slashed_epochs.includes(epoch)) {
    return problem('already_punished', `The offender was punished for epoch ${epoch} before.`);
  }
  return isSigned(context, evidence)
    ? ok(undefined)
    : problem('bad_signature', 'A signature in the evidence is wrong.');
}

/** @returns what was burnt: the slash fraction of each bonded and unbonding part, rounded down. */
export function applyEvidence(
  context: LedgerContext,
  overlay: Overlay,
  evidence: Evidence,
): Result<Amount, EvidenceProblem> {
  const checked = checkEvidence(context, overlay, evidence);
  if (!checked.ok) return checked;
  const key = evidenceOffender(evidence);
  const validator = readValidator(overlay, key)!;
  const { slash_fraction_ppm } = context.genesis.parameters;
  let burnt = 0;
  const afterSlash = (amount: Amount): Amount => {
    const lost = partsPerMillion(amount, slash_fraction_ppm);
    burnt += lost;
    return toAmount(amount - lost);
  };
  const bonded = afterSlash(validator.bonded);
  const unbonding: Unbonding[] = [];
  for (const item of validator.unbonding) {
    const amount = afterSlash(item.amount);
    if (amount > 0) unbonding.push({ ...item, amount });
  }
  const slashed_epochs = [...validator.slashed_epochs, evidenceEpoch(evidence)];
  overlay.set(validatorKey(key), { ...validator, bonded, unbonding, slashed_epochs });
  const supply = readSupply(overlay);
  overlay.set(supplyKey, {
    kind: 'supply',
    supply: toAmount(supply.supply - burnt),
    burnt: toAmount(supply.burnt + burnt),
  });
  dropRequests(overlay, key);
  const queue = readQueue(overlay);
  if (!queue.offenders.includes(key)) overlay.set(queueKey, { ...queue, offenders: [...queue.offenders, key] });
  return ok(toAmount(burnt));
}

function isSigned({ crypto }: LedgerContext, evidence: Evidence): boolean {
  const key = evidenceOffender(evidence);
  if (evidence.kind === 'double_proposal') {
    return [evidence.first, evidence.second].every((one) =>
      crypto.verify(key, proposalSigningText(one), one.signature),
    );
  }
  return [evidence.first, evidence.second].every((one) => crypto.verify(key, voteSigningText(one), one.signature));
}
