/**
 * Node keys that are refused for a while, each with the reason. The one rule: bounded; the ban that was given first
 * makes room for a new one.
 */
import type { PublicKey } from '../../ledger/values/text.js';
import type { Clock } from '../replica/ports.js';
import { BAN_MS, MAX_BAN_MS, MAX_BAN_REASON, MAX_BANS } from './limits.js';

export interface Ban {
  readonly node: PublicKey;
  /** Unix ms. */
  readonly until: number;
  readonly reason: string;
}

export interface BanList {
  /** @param forMs at most MAX_BAN_MS; default BAN_MS. A ban that stands is replaced. */
  ban(node: PublicKey, reason: string, forMs?: number): Ban;
  /** @returns whether the node was banned. */
  lift(node: PublicKey): boolean;
  isBanned(node: PublicKey): boolean;
  /** Those that stand, in the order in which they were given. */
  all(): readonly Ban[];
}

export function createBanList(clock: Clock): BanList {
  const banByNode = new Map<PublicKey, Ban>();

  function forgetEnded(): void {
    const now = clock.now();
    for (const { node, until } of banByNode.values()) if (until <= now) banByNode.delete(node);
  }

  return {
    ban(node, reason, forMs = BAN_MS) {
      const until = Math.round(clock.now() + Math.min(forMs, MAX_BAN_MS));
      const ban: Ban = { node, until, reason: reason.slice(0, MAX_BAN_REASON) };
      banByNode.delete(node);
      banByNode.set(node, ban);
      if (banByNode.size > MAX_BANS) {
        const [first] = banByNode.keys();
        if (first !== undefined) banByNode.delete(first);
      }
      return ban;
    },
    lift(node) {
      forgetEnded();
      return banByNode.delete(node);
    },
    isBanned(node) {
      const ban = banByNode.get(node);
      if (ban !== undefined && ban.until <= clock.now()) banByNode.delete(node);
      return banByNode.has(node);
    },
    all() {
      forgetEnded();
      return [...banByNode.values()];
    },
  };
}
