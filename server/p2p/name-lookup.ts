/**
 * Where the names in addresses lead. The one rule: a name stands for all its addresses, and each attempt begins with
 * another one, as the first may be this node's own, which systems put in front, or lead nowhere. Whoever is asked for a
 * name may be silent for long, and a process asks for few at a time: nobody is asked twice at once.
 */
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

export interface NameLookup {
  /** For `net.connect`. */
  readonly lookup: LookupFunction;
  /** Whether an answer is still waited for, also by a connection that has been given up. */
  isAsking(): boolean;
}

type Found = (problem: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

export interface NameLookupOptions {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Starting value: the system's. @param hints as `net.connect` gives them: no IPv6 addresses where there is no IPv6 */
  readonly ask?: (name: string, found: Found, hints: number) => void;
}

const askSystem = (name: string, found: Found, hints: number): void => systemLookup(name, { all: true, hints }, found);

export function createNameLookup({ random, ask = askSystem }: NameLookupOptions): NameLookup {
  const waitingByName = new Map<string, Found[]>();

  function askOnce(name: string, hints: number, found: Found): void {
    const waiting = waitingByName.get(name);
    if (waiting !== undefined) {
      waiting.push(found);
      return;
    }
    waitingByName.set(name, [found]);
    const answered: Found = (problem, addresses) => {
      const all = waitingByName.get(name) ?? [];
      waitingByName.delete(name);
      for (const call of all) call(problem, addresses);
    };
    ask(name, answered, hints);
  }

  return {
    lookup: (name, { all, hints = 0 }, done) =>
      askOnce(name, hints, (problem, addresses) => {
        if (problem !== null) return done(problem, [], undefined);
        const first = Math.floor(random() * addresses.length);
        const turned = [...addresses.slice(first), ...addresses.slice(0, first)];
        if (all === true) done(null, turned);
        else done(null, turned[0]?.address ?? '', turned[0]?.family);
      }),
    isAsking: () => waitingByName.size > 0,
  };
}
