/** Node keys that are refused for a while. The one rule: bounded; the ban that ends first makes room. */
import type { PublicKey } from '../../ledger/values/text.js';
import type { Clock } from '../replica/ports.js';
import { BAN_MS, MAX_BANS } from './limits.js';

export interface BanList {
  ban(node: PublicKey): void;
  isBanned(node: PublicKey): boolean;
  size(): number;
}

export function createBanList(clock: Clock, banMs = BAN_MS): BanList {
  const endsByNode = new Map<PublicKey, number>();

  return {
    ban(node) {
      endsByNode.delete(node);
      endsByNode.set(node, clock.now() + banMs);
      if (endsByNode.size <= MAX_BANS) return;
      const [first] = endsByNode.keys();
      if (first !== undefined) endsByNode.delete(first);
    },
    isBanned(node) {
      const ends = endsByNode.get(node);
      if (ends !== undefined && ends <= clock.now()) endsByNode.delete(node);
      return endsByNode.has(node);
    },
    size: () => endsByNode.size,
  };
}
