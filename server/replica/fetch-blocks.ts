/**
 * Asks peers for single blocks by hash, one peer after the other. One rule: it gives up after a bounded number of asks. Who
 * does not have the block costs a round trip; when nobody has it, the next round waits for the time of an answer.
 */
import type { Hash } from '../../ledger/values/text.js';
import type { Clock, Network } from './ports.js';
import { maxFetchAttempts, maxFetches } from './replica-limits.js';

export interface BlockFetcher {
  fetch(hash: Hash): void;
  /** @returns whether the block that came belongs to an open question, which it closes. */
  onBlock(hash: Hash): boolean;
  /** A peer has no such block: the number is that of the question. */
  onNone(id: number): void;
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

interface Question {
  readonly id: number;
  /** How many were asked before. */
  readonly attempts: number;
  readonly cancel: () => void;
}

export function createBlockFetcher({ clock, network, nextId, timeoutMs }: BlockFetcherOptions): BlockFetcher {
  const openByHash = new Map<Hash, Question>();

  function close(hash: Hash): boolean {
    openByHash.get(hash)?.cancel();
    return openByHash.delete(hash);
  }

  function ask(hash: Hash, attempts: number): void {
    const peers = network.peers();
    const peer = peers[attempts % Math.max(peers.length, 1)];
    const id = nextId();
    const cancel = clock.at(clock.now() + timeoutMs, () => {
      if (attempts + 1 >= maxFetchAttempts) openByHash.delete(hash);
      else ask(hash, attempts + 1);
    });
    openByHash.set(hash, { id, attempts, cancel });
    if (peer !== undefined) network.send(peer, { type: 'get_block', id, hash });
  }

  return {
    fetch(hash) {
      if (openByHash.has(hash) || openByHash.size >= maxFetches) return;
      ask(hash, 0);
    },
    onBlock: close,
    onNone(id) {
      for (const [hash, open] of openByHash) {
        const next = open.attempts + 1;
        if (open.id !== id || next >= maxFetchAttempts || next % Math.max(network.peers().length, 1) === 0) continue;
        open.cancel();
        ask(hash, next);
        return;
      }
    },
    forget: close,
    stop() {
      for (const hash of [...openByHash.keys()]) close(hash);
    },
  };
}
