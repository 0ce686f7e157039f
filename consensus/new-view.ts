/** What a validator signs in a new-view. Votes inside are named by their own signatures. PROTOCOL section 5, rule 1. */
import { domainText } from '../ledger/values/domain.js';
import { keptWith } from '../ledger/values/kept.js';
import { referenceTo } from './certificate.js';
import type { NewViewBody } from './messages.js';

/** Takes a whole new-view too: `validator` and `signature` are left out. */
export function newViewSigningText(newView: NewViewBody): string {
  const kept = keptWith(newView);
  kept.text ??= newViewText(newView);
  return kept.text;
}

function newViewText({ chain, epoch, slot, lock, last_prepare, final_index }: NewViewBody): string {
  return domainText('new-view', {
    chain,
    epoch,
    slot,
    lock: referenceTo(lock),
    ...(last_prepare === undefined ? {} : { last_prepare }),
    final_index,
  });
}
