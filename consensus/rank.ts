/**
 * Certificates rank by (epoch, view). The finality certificate of the closing block before an epoch ranks (epoch, 0)
 * there, whatever view it was formed in, and nothing else of an earlier epoch has a rank. PROTOCOL sections 5 and 6.
 */
import type { HashedHeader } from '../ledger/values/block.js';
import type { EpochEntry } from '../ledger/values/state.js';
import type { Certificate, CertificateReference } from '../ledger/values/vote.js';

/** Within the running epoch a rank is a number: the view, or 0 for what the epoch began with. */
export type Rank = number;

interface RankContext {
  readonly epoch: Pick<EpochEntry, 'number'>;
  readonly base: { readonly block: Pick<HashedHeader, 'hash'>; readonly certificate: Certificate };
}

/** @returns undefined for a certificate that counts nothing in the running epoch */
export function rankIn(context: RankContext, certificate: CertificateReference): Rank | undefined {
  // [6-finality-justifies] A QC for the closing block is not enough: only its finality certificate opens the epoch.
  if (certificate.block === context.base.block.hash && certificate.phase === 'commit') return 0;
  return certificate.epoch === context.epoch.number ? certificate.view : undefined;
}

export const compareRanks = (left: Rank, right: Rank): number => left - right;
