/**
 * Places that are few, such as connections. One rule: where all are taken, whoever has the most of them gives way to who
 * has fewer, so that nobody keeps all others out from one address.
 */
import { addressGroup } from '../p2p/address-group.js';

export interface Places {
  /** @param giveWay ends what has the place, which leaves it @returns gives the place back; undefined: there is none */
  enter(address: string, giveWay: () => void): (() => void) | undefined;
}

interface Taken {
  readonly giveWay: () => void;
  readonly leave: () => void;
}

export function createPlaces(most: number): Places {
  /** The oldest first. */
  const byGroup = new Map<string, Set<Taken>>();
  let count = 0;

  /** The oldest of those who have more than one that comes would have. */
  function leavingFor(group: string): Taken | undefined {
    let largest = byGroup.get(group) ?? new Set();
    const own = largest.size;
    for (const taken of byGroup.values()) if (taken.size > largest.size) largest = taken;
    return largest.size > own + 1 ? largest.values().next().value : undefined;
  }

  return {
    enter(address, giveWay) {
      const group = addressGroup(address);
      if (count >= most) {
        const leaving = leavingFor(group);
        if (leaving === undefined) return undefined;
        leaving.leave();
        leaving.giveWay();
      }
      const taken = byGroup.get(group) ?? new Set();
      byGroup.set(group, taken);
      count += 1;
      const one: Taken = {
        giveWay,
        leave() {
          if (!taken.delete(one)) return;
          count -= 1;
          if (taken.size === 0) byGroup.delete(group);
        },
      };
      taken.add(one);
      return one.leave;
    },
  };
}
