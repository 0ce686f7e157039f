/** Supply is genesis minus what was burnt at every height; at the end every unit is accounted for, entry by entry. */
import type { StateEntry, SupplyEntry } from '../../../ledger/values/state.js';
import { Violation } from './violation.js';

export function checkSupply(genesisTotal: number, index: number, entry: StateEntry | undefined): void {
  if (entry?.kind !== 'supply') throw new Violation('supply', `no supply entry at ${index}`);
  const { supply, burnt } = entry as SupplyEntry;
  if (supply + burnt !== genesisTotal) {
    throw new Violation('supply = genesis − burnt', `at ${index}: ${supply} + ${burnt} is not ${genesisTotal}`);
  }
}

export function checkEveryUnit(entries: Iterable<StateEntry>): void {
  let held = 0;
  let supply: number | undefined;
  for (const entry of entries) {
    if (entry.kind === 'account') held += entry.balance;
    if (entry.kind === 'validator') {
      held += entry.bonded;
      for (const { amount } of entry.unbonding) held += amount;
    }
    if (entry.kind === 'supply') supply = entry.supply;
  }
  if (held !== supply) throw new Violation('every unit is somewhere', `entries hold ${held}, supply is ${supply}`);
}
