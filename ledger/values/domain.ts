/**
 * Domain tags: the first line of every text that is hashed or signed says what it is, so that bytes made for one
 * purpose can never pass for another. PROTOCOL sections 1 and 2.
 */
import { canonicalJson } from './canonical.js';

/** Every kind of text that is hashed or signed on any chain. Closed: a new purpose needs a new kind. */
export type DomainKind =
  | 'transaction'
  | 'proposal'
  | 'vote'
  | 'new-view'
  | 'handshake'
  | 'vrf'
  | 'proof-of-possession'
  | 'genesis'
  | 'genesis-card'
  | 'block'
  | 'validators'
  | 'nonce'
  | 'leader'
  | 'state-key'
  | 'state-leaf'
  | 'state-node'
  | 'checkpoint'
  | 'audit-entry';

/** `slotledger/1/<kind>` and a line feed. */
export function domainTag(kind: DomainKind): string {
  return `slotledger/1/${kind}\n`;
}

/** The tag line and the canonical JSON of `body`. */
export function domainText(kind: DomainKind, body: unknown): string {
  return domainTag(kind) + canonicalJson(body);
}
