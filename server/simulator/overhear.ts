/** What leaves an honest node, seen by the checkers before the network has it. */
import type { LedgerContext } from '../../ledger/context.js';
import type { PublicKey } from '../../ledger/values/text.js';
import type { Network, ReplicaMessage } from '../replica/ports.js';
import type { DoubtBook } from './checkers/doubt.js';
import { createReadableCheck } from './checkers/readable.js';
import { createSignatureBook } from './checkers/signatures.js';

export interface OverhearOptions {
  readonly context: LedgerContext;
  readonly isByzantine: (node: number) => boolean;
  readonly keyOf: (node: number) => PublicKey;
  readonly doubts: DoubtBook;
  /** Told of what a node says to all, once. */
  readonly onBroadcast: ((node: number, message: ReplicaMessage) => void) | undefined;
}

export type Overhear = (node: number, network: Network) => Network;

export function createOverhear({ context, isByzantine, keyOf, doubts, onBroadcast }: OverhearOptions): Overhear {
  const signatures = createSignatureBook();
  const readable = createReadableCheck(context);

  /** Signed is what leaves: what a crash kept from leaving was never signed for anybody. */
  const check = (node: number, message: ReplicaMessage): void => {
    if (isByzantine(node)) return;
    readable.sent(node, keyOf(node), message);
    signatures.sent(node, keyOf(node), message);
    doubts.sent(node, keyOf(node), message);
  };
  return (node, network) => ({
    ...network,
    broadcast(message) {
      check(node, message);
      onBroadcast?.(node, message);
      network.broadcast(message);
    },
    sendToValidator(key, message) {
      check(node, message);
      network.sendToValidator(key, message);
    },
    send(peer, message) {
      check(node, message);
      network.send(peer, message);
    },
  });
}
