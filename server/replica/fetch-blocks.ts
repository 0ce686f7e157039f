/** Asks peers for single blocks by hash, one peer after the other. One rule: it gives up after a bounded number of asks. */
import type { Block } from '../../ledger/values/block.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Clock, Network, PeerId } from './ports.js';
import { maxFetchAttempts, maxFetches } from './replica-limits.js';

export interface BlockFetcher {
  /** @param first asked first: whoever just spoke of the block */
  fetch(hash: Hash, first?: PeerId): void;
  /** @returns whether the answer belongs to an open question. */
  onAnswer(hash: Hash, block: Block | null): boolean;
  /** The block arrived by another way. */
  forget(hash: Hash): void;
  stop(): void;
}

export interface BlockFetcherOptions {
  readonly clock: Clock;
  readonly network: Pick<Network, 'send' | 'peers'>;
  readonly nextId: () => number;
  /** Time for one answer, ms. */
  readonly timeoutMs: number;
}

export function createBlockFetcher({ clock, network, nextId, timeoutMs }: BlockFetcherOptions): BlockFetcher {
  const openByHash = new Map<Hash, { attempts: number; cancel: () => void }>();

  function close(hash: Hash): boolean {
    const open = openByHash.get(hash);
    open?.cancel();
    return openByHash.delete(hash);
  }

  function ask(hash: Hash, attempts: number, first?: PeerId): void {
    const peers = network.peers();
    const peer = first ?? peers[attempts % Math.max(peers.length, 1)];
    const cancel = clock.at(clock.now() + timeoutMs, () => {
      if (attempts + 1 >= maxFetchAttempts) openByHash.delete(hash);
      else ask(hash, attempts + 1);
    });
    openByHash.set(hash, { attempts, cancel });
    if (peer !== undefined) network.send(peer, { type: 'get_block', id: nextId(), hash });
  }

  return {
    fetch(hash, first) {
      if (openByHash.has(hash) || openByHash.size >= maxFetches) return;
      ask(hash, 0, first);
    },
    onAnswer(hash, block) {
      const open = openByHash.get(hash);
      if (open === undefined) return false;
      if (block !== null) close(hash);
      return true;
    },
    forget: close,
    stop() {
      for (const hash of [...openByHash.keys()]) close(hash);
    },
  };
}
