/** Terms of more than one slot, and what is counted for them. PROTOCOL section 5, longer terms. */
import { breaks, type Mutant, within } from '../mutant.js';

export const terms: readonly Mutant[] = [
  within(
    { faults: ['delay'] },
    breaks('5-longer-terms', 'terms-never-lengthen', 'where messages take longer than a slot nothing becomes final', [
      'consensus/term.ts',
      'const slots = steps.find(([from]) => late >= from)?.[1] ?? 1;',
      'const slots = late < 0 ? 2 : 1;',
    ]),
  ),
  breaks('5-one-slot-again', 'terms-stay-long', 'after one bad hour every leader keeps eight slots', [
    'consensus/on-final-advanced.ts',
    'state.lateSlots.clear();',
    'state.lateSlots.size;',
  ]),
  breaks('5-late', 'anything-is-late', 'proposals repeated from the distant past lengthen the terms', [
    'consensus/term.ts',
    'if (state.slot - slot <= 2 * max_term_slots && state.lateSlots.size < 64)',
    'if (state.slot - slot <= 2000 * max_term_slots && state.lateSlots.size < 64)',
  ]),
  breaks('5-term-views', 'views-of-every-slot', 'the views of a long term belong to several leaders', [
    'consensus/view.ts',
    'toSlot(slot - (slot % length));',
    'toSlot(slot - 0 * length);',
  ]),
];
