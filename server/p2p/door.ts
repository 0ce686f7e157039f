/**
 * Who may come in. The one rule: strangers cannot use up the sockets: connections that have not proved themselves are
 * few, and few come from one address (loopback excepted, so that a test network fits on one machine).
 */
import { addressGroup } from './address-group.js';
import { isLoopback } from './host-port.js';
import type { TokenBucket } from './token-bucket.js';

export interface Door {
  /** @returns undefined if the connection is refused. */
  enter(address: string): Guest | undefined;
}

/** One connection. Both calls count once, however often they are made. */
export interface Guest {
  readonly proved: () => void;
  readonly left: () => void;
}

export interface DoorLimits {
  readonly maxUnproved: number;
  readonly maxPerAddress: number;
  /** New connections a second. */
  readonly rate: TokenBucket;
}

export function createDoor({ maxUnproved, maxPerAddress, rate }: DoorLimits): Door {
  const countByAddress = new Map<string, number>();
  let unproved = 0;

  return {
    enter(from) {
      const address = addressGroup(from);
      const fromHere = countByAddress.get(address) ?? 0;
      const isCrowded = fromHere >= maxPerAddress && !isLoopback(from.replace(/^::ffff:/, ''));
      if (isCrowded || unproved >= maxUnproved || !rate.tryTake(1)) return undefined;
      countByAddress.set(address, fromHere + 1);
      unproved += 1;
      let isUnproved = true;
      let isHere = true;
      const proved = (): void => {
        if (isUnproved) unproved -= 1;
        isUnproved = false;
      };
      const left = (): void => {
        proved();
        if (!isHere) return;
        isHere = false;
        const others = (countByAddress.get(address) ?? 1) - 1;
        if (others > 0) countByAddress.set(address, others);
        else countByAddress.delete(address);
      };
      return { proved, left };
    },
  };
}
