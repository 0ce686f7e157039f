/** Who leads, and who is in the set. PROTOCOL section 4. */
import { breaks, type Mutant } from '../mutant.js';

export const schedule: readonly Mutant[] = [
  breaks('4-leader-unbiased', 'leaders-biased', 'the first keys lead more often than their stake says', [
    'consensus/schedule.ts',
    'for (let counter = 1; x >= limit; counter++)',
    'for (let counter = 1; x >= limit && counter > 1; counter++)',
  ]),
  breaks('4-leader-unbiased', 'leaders-by-count', 'small stakes lead as often as large ones', [
    'consensus/schedule.ts',
    'point -= BigInt(stake);',
    'point -= stake > 0 ? total / BigInt(epoch.validators.length) : 0n;',
  ]),
  breaks('6-epoch-of', 'epoch-too-soon', 'an epoch ends one slot early', [
    'ledger/epoch-transition.ts',
    'return toEpoch(Math.floor(slot / context.genesis.parameters.slots_per_epoch));',
    'return toEpoch(Math.floor((slot + 1) / context.genesis.parameters.slots_per_epoch));',
  ]),
  breaks('4-set', 'stake-counts-at-once', 'stake requested in an epoch already counts in the next', [
    'ledger/epoch-transition.ts',
    'if (request.epoch >= old.number) break;',
    'if (request.epoch > old.number) break;',
  ]),
  breaks('4-set', 'offenders-stay', 'a validator with final evidence against it stays in the set', [
    'ledger/epoch-transition.ts',
    'members.delete(key);\n    moving.total -= stake;',
    'moving.total -= 0 * stake;',
  ]),
  breaks(
    '4-schedule',
    'schedule-ends-with-the-epoch',
    'after a long halt there is no leader any more who could end the epoch',
    [
      'consensus/schedule.ts',
      "domainText('leader', { nonce: epoch.nonce, slot, counter })",
      "domainText('leader', { nonce: epoch.nonce, slot: 0 * slot, counter })",
    ],
  ),
];
