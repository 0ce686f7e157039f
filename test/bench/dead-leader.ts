/**
 * What a dead validator costs by the schedule alone: who pays in a slot that it leads waits until the next slot whose
 * leader is up. PROTOCOL section 4: every slot begins a view of its own leader.
 */
import type { Client } from '../../client/http/client.js';
import { ApiProblem } from '../../client/http/problem.js';
import type { PublicKey } from '../../ledger/values/text.js';
import { format, percentile } from './figures.js';

export interface Slots {
  /** Unix ms of slot 0. */
  readonly genesisTime: number;
  readonly slotMs: number;
  readonly leaders: ReadonlyMap<number, PublicKey>;
}

export interface Paid {
  /** Unix ms. */
  readonly dueAt: number;
  /** From then until it was final. */
  readonly ms: number;
}

/** Far more slots than a measurement lasts. */
const count = 1000;

/** The leaders of all slots from the first of epoch `first` to past the end of epoch `last`. */
export async function readLeaders(client: Client, first: number, last: number): Promise<Map<number, PublicKey>> {
  const leaders = new Map<number, PublicKey>();
  for (let epoch = first; epoch <= last; epoch += 1) {
    // A schedule goes on until the next epoch begins. An epoch without a final block has none.
    const { items } = await client.schedule(epoch, { count }).catch((error) => {
      if (error instanceof ApiProblem && error.code === 'epoch_not_found') return { items: [] };
      throw error;
    });
    for (const { slot, leader } of items) leaders.set(slot, leader);
  }
  return leaders;
}

/** How long the schedule makes one wait who pays then, in ms; 0 in a slot whose leader is up. */
export function waitBySchedule(dueAt: number, dead: PublicKey, { genesisTime, slotMs, leaders }: Slots): number {
  let slot = Math.floor((dueAt - genesisTime) / slotMs);
  if (leaders.get(slot) !== dead) return 0;
  while (leaders.get(slot) === dead) slot += 1;
  return genesisTime + slot * slotMs - dueAt;
}

/** Rows that set what was measured beside what the schedule says. */
export function besideSchedule(paid: readonly Paid[], dead: PublicKey, slots: Slots): (readonly [string, string])[] {
  const waits = paid.map(({ dueAt }) => waitBySchedule(dueAt, dead, slots));
  const up = paid.filter((_, i) => waits[i] === 0).map(({ ms }) => ms);
  const healthy = percentile(up, 0.5);
  const expected = waits.map((wait) => wait + healthy);
  const over = paid.map(({ ms }, i) => ms - waits[i]!);
  const measured = paid.map(({ ms }) => ms);
  const both = (part: number): string =>
    `${format(percentile(expected, part))} ms by the schedule, ${format(percentile(measured, part))} ms measured`;
  const share = (100 * (paid.length - up.length)) / paid.length;
  return [
    ['due in slots that the dead one leads', `${format(share)} %`],
    ['due to final, p90', both(0.9)],
    ['due to final, p99', both(0.99)],
    ['beyond what the schedule makes wait, p50', `${format(percentile(over, 0.5))} ms`],
    ['beyond what the schedule makes wait, p99', `${format(percentile(over, 0.99))} ms`],
  ];
}
