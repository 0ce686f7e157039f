/** How the set changes and the nonce is made. PROTOCOL section 4. */
import { breaks, type Mutant } from '../mutant.js';

export const stake: readonly Mutant[] = [
  breaks('4-cap', 'no-cap', 'the whole set may be replaced at one epoch change', [
    'ledger/epoch-transition.ts',
    'const whole: number = partsPerMillion(total, max_stake_change_ppm);',
    'const whole: number = total;',
  ]),
  breaks('4-cap', 'joins-outside-the-cap', 'many small changes together replace the set', [
    'ledger/epoch-transition.ts',
    'moving.budget -= moved;\n  return moved;\n}\n\n/** @returns how much has left',
    'return moved;\n}\n\n/** @returns how much has left',
  ]),
  breaks('4-cap', 'leaves-outside-the-cap', 'all may leave at one epoch change', [
    'ledger/epoch-transition.ts',
    'moving.budget -= moved;\n  startUnbonding(',
    'startUnbonding(',
  ]),
  breaks('4-cap', 'rest-forgotten', 'what does not fit under the cap is lost from the queue', [
    'ledger/epoch-transition.ts',
    'requests[at] = { ...request, change: rest };',
    'requests[at] = { ...request, change: 0 * rest };',
  ]),
  breaks('4-full-set', 'set-too-large', 'the set grows beyond max_validators', [
    'ledger/epoch-transition.ts',
    'moving.members.size >= moving.places) {',
    'moving.members.size > moving.places) {',
  ]),
  breaks('4-full-set', 'sent-back-and-kept', 'the stake of a join that was sent back stays bonded for ever', [
    'ledger/epoch-transition.ts',
    "if (place === 'never') letGo(moving, key, change);",
    "if (place === 'never') letGo(moving, key, 0 * change);",
  ]),
  breaks('4-full-set', 'equal-stake-takes-the-place', 'two with equal stake push each other out for ever', [
    'ledger/epoch-transition.ts',
    'change <= least.stake ||',
    'change < least.stake ||',
  ]),
  breaks('4-full-set', 'greatest-goes', 'who has most loses its place', [
    'ledger/epoch-transition.ts',
    'member.stake < least.stake;',
    'member.stake > least.stake;',
  ]),
  breaks('4-full-set', 'last-in-key-order-goes', 'of members with equal stake another one goes than the rule says', [
    'ledger/epoch-transition.ts',
    'member.key < least!.key)',
    'member.key > least!.key)',
  ]),
  breaks('4-full-set', 'pushed-out-outside-the-cap', 'more of the set is replaced than the cap allows', [
    'ledger/epoch-transition.ts',
    'moving.budget -= least.stake;\n',
    '',
  ]),
  breaks('4-full-set', 'pushed-out-and-kept', 'the stake of a member that lost its place stays bonded for ever', [
    'ledger/epoch-transition.ts',
    'letGo(moving, least.key, least.stake);',
    '',
  ]),
  breaks('4-full-set', 'never-sent-back-for-the-cap', 'a join that no budget has room for stops the queue for ever', [
    'ledger/epoch-transition.ts',
    "change <= least.stake || whole - least.stake <= least.stake) return 'never';",
    "change <= least.stake) return 'never';",
  ]),
  breaks(
    '4-full-set',
    'too-small-a-part-comes',
    'what comes of a join is less than what has left for it, and the next takes its place',
    [
      'ledger/epoch-transition.ts',
      "if (budget - least.stake <= least.stake) return 'later';",
      "if (budget - least.stake <= 0) return 'later';",
    ],
  ),
  breaks('4-full-set', 'sent-back-for-a-spent-budget', 'a join is sent back though the next epoch has room for it', [
    'ledger/epoch-transition.ts',
    "return 'later';",
    "return 'never';",
  ]),
  breaks('4-full-set', 'overtaken', 'whoever comes later uses up the budget that a join waits for', [
    'ledger/epoch-transition.ts',
    'if (rest > 0 && !members.has(request.validator)) break;',
    '',
  ]),
  breaks(
    '4-full-set',
    'nothing-to-grant-stops-all',
    'where the cap rounds down to nothing, joins of a full set wait for ever',
    ['ledger/epoch-transition.ts', 'if (moving.budget === 0 && whole > 0) break;', 'if (moving.budget === 0) break;'],
  ),
  breaks('4-cap', 'judged-without-budget', 'a join is sent back in an epoch in which nothing of it could be granted', [
    'ledger/epoch-transition.ts',
    'if (moving.budget === 0 && whole > 0) break;',
    '',
  ]),
  breaks(
    '4-full-set',
    'added-stake-stops-all',
    'where the cap rounds down to nothing, stake added by a member keeps all behind it waiting',
    ['ledger/epoch-transition.ts', 'if (rest > 0 && !members.has(request.validator)) break;', 'if (rest > 0) break;'],
  ),
  breaks('4-full-set', 'asked-back-and-let-go', 'what a member asked back leaves twice', [
    'ledger/epoch-transition.ts',
    'if (request.validator !== key || request.change >= 0) continue;',
    'if (request.validator !== key || request.change <= 0) continue;',
  ]),
  breaks('4-full-set', 'offender-pushed-out', 'what a slashed member no longer has leaves with its weight', [
    'ledger/epoch-transition.ts',
    'if (offenders.includes(member.key)) continue;',
    '',
  ]),
  breaks('4-full-set', 'joined-just-now-is-safe', 'a small join keeps a place from a greater one behind it', [
    'ledger/epoch-transition.ts',
    'if (offenders.includes(member.key)) continue;',
    'if (offenders.includes(member.key) || !readEpoch(overlay).validators.some(({ key }) => key === member.key)) continue;',
  ]),
  breaks('4-full-set', 'other-requests-forgotten', 'what a validator bonded beside is lost with its place', [
    'ledger/epoch-transition.ts',
    'if (request.validator !== key || request.change >= 0) continue;',
    'if (request.validator === key && request.change > 0) requests[at] = { ...request, change: 0 };\n    if (request.validator !== key || request.change >= 0) continue;',
  ]),
  breaks(
    '4-queue-bounds',
    'leaves-without-a-bound',
    'a validator adds a request to leave in every epoch, and blocks grow slow',
    [
      'ledger/stake-requests.ts',
      'return before < 0 || before >= amount || !hasLeaves(queue.requests, validator, maxLeaves);',
      'return true;',
    ],
  ),
  breaks('4-queue-bounds', 'one-leave-too-few', 'a validator that may ask for stake back is refused', [
    'ledger/stake-requests.ts',
    'const maxLeaves = 8;',
    'const maxLeaves = 7;',
  ]),
  breaks('4-queue-bounds', 'adding-to-a-leave-counts', 'a validator cannot add to what it asks back in this epoch', [
    'ledger/stake-requests.ts',
    'return before < 0 || before >= amount ||',
    'return before >= amount ||',
  ]),
  breaks('4-queue-bounds', 'leaves-become-joins', 'who asks one unit back and bonds two adds a join in every epoch', [
    'ledger/stake-requests.ts',
    'return change > 0 || change + amount <= 0 || queue.requests.length <= maxStakeRequests;',
    'return true;',
  ]),
  breaks('4-queue-bounds', 'joins-without-a-bound', 'whoever has many accounts makes the queue as long as it likes', [
    'ledger/stake-requests.ts',
    'if (at === undefined) return takesNewStake(queue);',
    'if (at === undefined) return true;',
  ]),
  breaks('4-last-stake', 'last-offender-leaves', 'a set without stake: nobody can make another block', [
    'ledger/epoch-transition.ts',
    'if (stake > 0 && stake === moving.total) {',
    'if (stake > moving.total) {',
  ]),
  breaks(
    '4-last-stake',
    'last-stake-leaves',
    'the last validator takes its stake back, and nobody can make another block',
    ['ledger/epoch-transition.ts', 'if (moved === moving.total) return 0;', 'if (moved > moving.total) return 0;'],
  ),
  breaks('4-unbonding', 'paid-an-epoch-early', 'stake is out of reach before the evidence against it is', [
    'ledger/stake-requests.ts',
    'const payable = toEpoch(since + unbondingEpochs);',
    'const payable = toEpoch(since + unbondingEpochs - 1);',
  ]),
  breaks('4-unbonding', 'paid-and-kept', 'unbonded stake is paid and stays: money out of nothing', [
    'ledger/epoch-transition.ts',
    'paid += amount;\n      return false;',
    'paid += amount;\n      return true;',
  ]),
  breaks('4-unbonding', 'never-paid', 'unbonded stake is never paid', [
    'ledger/epoch-transition.ts',
    'payable_epoch === undefined || payable_epoch > number) return true;',
    'payable_epoch === undefined || payable_epoch > 0 * number) return true;',
  ]),
  breaks('4-unbonding', 'unbonds-at-once', 'the period begins while the stake still counts in the set', [
    'ledger/stake-requests.ts',
    'startUnbonding(overlay, key, added - needed, toEpoch(number + 1), unbondingEpochs);',
    'startUnbonding(overlay, key, added - 0 * needed, toEpoch(number + 1), unbondingEpochs);',
  ]),
  breaks('4-vrf', 'vrf-unproved', 'a leader chooses the nonce freely', [
    'ledger/execute-block.ts',
    "return output === undefined ? blockProblem('vrf', 'The VRF proof does not verify.') : ok(output);",
    'return ok(output ?? block.vrf);',
  ]),
  breaks('4-vrf', 'vrf-in-every-block', 'more blocks move the nonce', [
    'ledger/execute-block.ts',
    'if ((block.vrf !== undefined) !== needed) {',
    'if (block.vrf === undefined && needed) {',
  ]),
  breaks('4-nonce', 'late-outputs-count', 'the last leaders of an epoch choose among the next schedules', [
    'ledger/epoch-nonce.ts',
    '< 2 * slotsPerEpoch;',
    '< 3 * slotsPerEpoch;',
  ]),
  breaks('4-nonce', 'outputs-ignored', 'the schedule of every epoch is known for ever', [
    'ledger/epoch-nonce.ts',
    "domainText('nonce', { nonce, number: next, digest })",
    "domainText('nonce', { nonce, number: next })",
  ]),
  breaks('4-nonce', 'digest-starts-anew-with-each', 'only the last output counts', [
    'ledger/epoch-nonce.ts',
    "domainText('nonce', { digest, output })",
    "domainText('nonce', { output })",
  ]),
];
