/**
 * Who may come in. The one rule: strangers cannot use up the sockets: connections that have not proved themselves are
 * few, and few come from one address (loopback excepted, so that a test network fits on one machine). Where all places
 * are taken, whoever has the most of them gives way, so that who keeps many open keeps nobody out.
 */
import { createBoundedMap } from '../replica/bounded-map.js';
import type { Clock } from '../replica/ports.js';
import { addressGroup, subnetOf } from './address-group.js';
import { isLoopback } from './host-port.js';
import type { TokenBucket } from './token-bucket.js';

export interface Door {
  /** @param cut called once if this connection has to give way to another @returns undefined if it is refused */
  enter(address: string, cut: () => void): Guest | undefined;
}

/** One connection. Both calls count once, however often they are made. */
export interface Guest {
  readonly proved: () => void;
  readonly left: () => void;
}

export interface DoorOptions {
  readonly clock: Clock;
  readonly maxUnproved: number;
  readonly maxPerAddress: number;
  /** A connection is not cut earlier, in ms, for one of those who have as many as its own. */
  readonly graceMs: number;
  /** New connections a second. */
  readonly rate: TokenBucket;
  /** So much of `rate` is for subnets that come no more often than their own bucket allows. */
  readonly reserve: number;
  /** A bucket for one subnet. */
  readonly subnetRate: () => TokenBucket;
}

/** Subnets whose bucket is remembered. */
const MAX_SUBNETS = 1_024;

interface Unproved {
  readonly address: string;
  readonly subnet: string;
  readonly since: number;
  readonly giveWay: () => void;
}

export function createDoor(options: DoorOptions): Door {
  const { clock, maxUnproved, maxPerAddress, graceMs, rate } = options;
  const countByAddress = new Map<string, number>();
  /** The oldest first. */
  const unproved = new Set<Unproved>();
  const buckets = createBoundedMap<string, TokenBucket>(MAX_SUBNETS);

  const isPastGrace = ({ since }: Unproved): boolean => clock.now() - since >= graceMs;

  /** Who gives way to one from there: of the subnet with the most, of its address with the most, the oldest. */
  function leavingFor(address: string, subnet: string): Unproved | undefined {
    const counts = new Map<string, number>();
    for (const one of [...unproved, { address, subnet }]) {
      for (const key of [one.subnet, `at ${one.address}`]) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const weigh = (one: { readonly address: string; readonly subnet: string }): number =>
      (counts.get(one.subnet) ?? 0) * (maxUnproved + 2) + (counts.get(`at ${one.address}`) ?? 0);
    const most = Math.max(...[...unproved].map(weigh));
    const leaving = [...unproved].find((one) => weigh(one) === most);
    return leaving !== undefined && (most > weigh({ address, subnet }) || isPastGrace(leaving)) ? leaving : undefined;
  }

  /** While more come than are let in, who comes often has to wait for who does not. */
  function mayComeNow(subnet: string): boolean {
    if (!rate.has(1)) return false;
    const own = buckets.get(subnet) ?? options.subnetRate();
    buckets.set(subnet, own);
    const comesRarely = own.tryTake(1);
    return comesRarely || rate.has(options.reserve + 1);
  }

  return {
    enter(from, cut) {
      const address = addressGroup(from);
      const subnet = subnetOf(from);
      const fromHere = countByAddress.get(address) ?? 0;
      const isCrowded = fromHere >= maxPerAddress && !isLoopback(from.replace(/^::ffff:/, ''));
      let leaving: Unproved | undefined;
      if (isCrowded) leaving = [...unproved].find((one) => one.address === address && isPastGrace(one));
      else if (unproved.size >= maxUnproved) leaving = leavingFor(address, subnet);
      if (leaving === undefined && (isCrowded || unproved.size >= maxUnproved)) return undefined;
      if (!mayComeNow(subnet)) return undefined;
      rate.take(1);
      leaving?.giveWay();

      countByAddress.set(address, (countByAddress.get(address) ?? 0) + 1);
      let isHere = true;
      const self: Unproved = {
        address,
        subnet,
        since: clock.now(),
        giveWay() {
          left();
          cut();
        },
      };
      unproved.add(self);
      const left = (): void => {
        unproved.delete(self);
        if (!isHere) return;
        isHere = false;
        const others = (countByAddress.get(address) ?? 1) - 1;
        if (others > 0) countByAddress.set(address, others);
        else countByAddress.delete(address);
      };
      return { proved: () => void unproved.delete(self), left };
    },
  };
}
