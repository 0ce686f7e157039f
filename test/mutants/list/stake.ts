/** How the set changes and the nonce is made. PROTOCOL section 4. */
import { breaks, type Mutant } from '../mutant.js';

export const stake: readonly Mutant[] = [
  breaks('4-cap', 'no-cap', 'the whole set may be replaced at one epoch change', [
    'ledger/epoch-transition.ts',
    'let budget: number = partsPerMillion(total, max_stake_change_ppm);',
    'let budget: number = total;',
  ]),
  breaks('4-cap', 'cap-not-summed', 'many small changes together replace the set', [
    'ledger/epoch-transition.ts',
    'budget -= moved;',
    'budget -= 0 * moved;',
  ]),
  breaks('4-cap', 'rest-forgotten', 'what does not fit under the cap is lost from the queue', [
    'ledger/epoch-transition.ts',
    'if (rest !== 0) kept.push({ ...request, change: rest });',
    'if (rest === 0) kept.push({ ...request, change: rest });',
  ]),
  breaks('4-full-set', 'set-too-large', 'the set grows beyond max_validators', [
    'ledger/epoch-transition.ts',
    'members.size >= max_validators) {',
    'members.size > max_validators) {',
  ]),
  breaks('4-full-set', 'sent-back-and-kept', 'the stake of a join that was sent back stays bonded for ever', [
    'ledger/epoch-transition.ts',
    'for (const validator of sentBack) releaseValidator',
    'for (const validator of sentBack.slice(1)) releaseValidator',
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
    'startUnbonding(overlay, key, waiting - needed, toEpoch(number + 1), unbondingEpochs);',
    'startUnbonding(overlay, key, waiting - 0 * needed, toEpoch(number + 1), unbondingEpochs);',
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
