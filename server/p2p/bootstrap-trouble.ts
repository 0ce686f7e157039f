/**
 * Why bootstrap addresses lead to no peer. Strangers' addresses fail all the time; one that an operator named has to be told
 * of. One rule: each reason once, until the address led to a peer again.
 */
import type { AddressBook } from './address-book.js';
import type { ErrorCode, HostPort } from './messages.js';
import type { PeerLogger } from './peer-network.js';

export interface BootstrapTrouble {
  /** No connection came about; the book counts it already. @param detail for the log */
  unreachable(address: HostPort, detail: string): void;
  /** Closed before anything was proved; the book counts it already. @param code why the far end refused, if it said so */
  closed(address: HostPort, code: ErrorCode | undefined): void;
  /** A node proved itself there whom this one does not talk to. */
  unwelcome(address: HostPort): void;
  /** It leads to a peer. */
  isWell(address: HostPort): void;
  /** The reasons, without addresses: anybody may be told. */
  reasons(): readonly string[];
  /** One of them leads to a node of another version of the protocol. */
  meetsOtherVersion(): boolean;
}

/** Nodes that are started together find one another within so many attempts in a row, some four seconds. */
const failuresToTell = 4;

/** In our words: what the far end says is its own affair. */
const otherVersion = 'it speaks another version of the protocol: use versions of slotledger that match';
const refusals: { readonly [code in ErrorCode]?: string } = {
  wrong_chain: 'it is on another chain: compare what `server genesis show` says of both homes',
  wrong_protocol: otherVersion,
  refused: 'it does not talk to this node: by its --allow or --deny, or because of a ban',
  busy: 'it has as many peers as it takes',
};
const unreachable = 'it cannot be reached';
const noNode = 'it does not answer as a node does: is that its port for peers?';
const unwelcomeHere = 'this node does not talk to it: by its own --allow or --deny, or because of a ban';

export function createBootstrapTrouble(
  logger: PeerLogger,
  book: Pick<AddressBook, 'isBootstrap' | 'failures'>,
): BootstrapTrouble {
  const reasonByAddress = new Map<HostPort, string>();

  function tell(address: HostPort, reason: string, detail?: string): void {
    if (!book.isBootstrap(address) || reasonByAddress.get(address) === reason) return;
    reasonByAddress.set(address, reason);
    const more = detail === undefined ? {} : { detail };
    logger.warn({ at: address, reason, ...more }, 'a bootstrap address leads to no peer');
  }

  return {
    unreachable(address, detail) {
      if (book.failures(address) >= failuresToTell) tell(address, unreachable, detail);
    },
    closed(address, code) {
      // We are connected already, by this address or another.
      if (code === 'duplicate') reasonByAddress.delete(address);
      const refusal = code && refusals[code];
      if (refusal !== undefined) tell(address, refusal);
      else if (code === undefined && book.failures(address) >= failuresToTell) tell(address, noNode);
    },
    unwelcome: (address) => tell(address, unwelcomeHere),
    isWell: (address) => void reasonByAddress.delete(address),
    reasons: () => [...new Set(reasonByAddress.values())],
    meetsOtherVersion: () => [...reasonByAddress.values()].includes(otherVersion),
  };
}
