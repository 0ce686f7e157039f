/**
 * Certificates rank by (epoch, view), never by view alone [5-rank]. The finality certificate of the closing block before
 * an epoch ranks (that epoch, 0), whatever view it was formed in [6-enter]. PROTOCOL sections 5 and 6.
 */
import type { HashedHeader } from '../ledger/values/block.js';
import type { Epoch } from '../ledger/values/numbers.js';
import type { EpochEntry } from '../ledger/values/state.js';
import type { Certificate, CertificateReference } from '../ledger/values/vote.js';

export interface Rank {
  readonly epoch: Epoch;
  /** The view, or 0 for what the epoch began with. */
  readonly view: number;
}

/** What the running epoch rests on: the block that closed the one before, and its finality. */
export interface Base {
  readonly block: HashedHeader;
  readonly certificate: Certificate;
}

export interface RankContext {
  readonly epoch: Pick<EpochEntry, 'number'>;
  readonly base: { readonly block: Pick<HashedHeader, 'hash'> };
}

export function rankOf(context: RankContext, certificate: CertificateReference): Rank {
  return isOpening(context, certificate)
    ? { epoch: context.epoch.number, view: 0 }
    : { epoch: certificate.epoch, view: certificate.view };
}

/** [6-finality-justifies] A QC for the closing block is not enough: only its finality certificate opens the epoch. */
export function isOpening({ base }: RankContext, certificate: CertificateReference): boolean {
  return certificate.block === base.block.hash && certificate.phase === 'commit';
}

/** Whether a certificate counts in the running epoch: it is of it, or it opened it. */
export function isOfEpoch(context: RankContext, certificate: CertificateReference): boolean {
  return certificate.epoch === context.epoch.number || isOpening(context, certificate);
}

/** Negative, zero or positive: `left` ranks below, equal to or above `right`. */
export const compareRanks = (left: Rank, right: Rank): number => left.epoch - right.epoch || left.view - right.view;
