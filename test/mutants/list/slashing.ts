/** Punishment: once, for what was signed, out of the supply. PROTOCOL section 3. */
import { breaks, type Mutant } from '../mutant.js';

export const slashing: readonly Mutant[] = [
  breaks('3-evidence-once', 'punished-twice', 'one offence burns stake in every block', [
    'ledger/apply-evidence.ts',
    'if (readValidator(state, offender)?.slashed_epochs.includes(epoch)) {',
    'if (readValidator(state, offender)?.slashed_epochs.includes((epoch + 1e6) as typeof epoch)) {',
  ]),
  breaks(
    '3-evidence-age',
    'never-too-old',
    'an offence is punished after its period, by sets of the distant past',
    [
      'ledger/apply-evidence.ts',
      'epoch <= current && current - epoch <= context.genesis.parameters.unbonding_epochs',
      'epoch <= current && current - epoch <= 1e9 * context.genesis.parameters.unbonding_epochs',
    ],
    ['ledger/epoch-transition.ts', 'past < number - period;', 'past < number - 1e9;'],
  ),
  breaks('3-evidence-age', 'too-old-too-soon', 'in the last epoch of its period an offence is no longer punished', [
    'ledger/apply-evidence.ts',
    'current - epoch <= context.genesis',
    'current - epoch < context.genesis',
  ]),
  breaks('3-evidence-age', 'too-old-and-waited-for', 'proof that no block can use keeps every node waiting', [
    'server/replica/replica.ts',
    'if (epoch + parameters.unbonding_epochs < readEpoch(state).number) return false;',
    '',
  ]),
  breaks('3-evidence-signed', 'punished-unsigned', 'anyone can have anyone punished', [
    'ledger/apply-evidence.ts',
    'return isSigned(context, evidence)\n',
    'return isSigned(context, evidence) || epoch >= 0\n',
  ]),
  breaks('3-slash', 'unbonding-escapes', 'an offender who asked for the stake back in time keeps it', [
    'ledger/apply-evidence.ts',
    'const amount = afterSlash(item.amount);',
    'const amount = item.amount;',
  ]),
  breaks('3-slash', 'slash-rounded-up', 'one unit too much is burnt', [
    'ledger/apply-evidence.ts',
    'const lost = partsPerMillion(amount, slash_fraction_ppm);',
    'const lost = partsPerMillion(amount, slash_fraction_ppm) + 1;',
  ]),
  breaks('3-supply', 'supply-not-reduced', 'what was burnt still counts as supply', [
    'ledger/apply-evidence.ts',
    'supply: toAmount(supply.supply - burnt),',
    'supply: supply.supply,',
  ]),
  breaks('3-supply', 'burnt-not-counted', 'what was burnt is nowhere', [
    'ledger/apply-evidence.ts',
    'burnt: toAmount(supply.burnt + burnt),',
    'burnt: supply.burnt,',
  ]),
  breaks('3-supply', 'burnt-and-kept', 'what was burnt stays with the offender', [
    'ledger/apply-evidence.ts',
    'return toAmount(amount - lost);',
    'return toAmount(amount - 0 * lost);',
  ]),
];
