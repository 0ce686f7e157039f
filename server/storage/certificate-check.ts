/**
 * Whether a stored certificate still holds: the block it names is the one it was stored with, and its signatures are
 * good. One rule: checking may not keep a vote waiting, so signatures are checked of few signers only.
 */
import { verifyCertificate } from '../../consensus/certificate.js';
import type { HashedHeader } from '../../ledger/values/block.js';
import type { Verifier } from '../../ledger/values/crypto.js';
import type { Epoch } from '../../ledger/values/numbers.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { ChainId } from '../../ledger/values/text.js';
import type { Certificate } from '../../ledger/values/vote.js';
import type { CheckedReader } from './checked-reader.js';
import { storageHasher } from './checked-state.js';
import { checking, damage } from './ledger-damage.js';
import { createRecent } from './recent.js';

/** A signature takes 50 to 100 microseconds. Whoever gets more of them has to check them anyway. */
const maxSigners = 32;
/** Certificates that were good, by the hash of their text. */
const remembered = 1024;

/** @returns a function that throws LedgerDamage unless `certificate` makes `block` final or a block after it */
export function createCertificateCheck(
  epoch: (number: Epoch) => EpochEntry | undefined,
  reader: Pick<CheckedReader, 'headerByHash'>,
  chain: ChainId,
  verifier: Pick<Verifier, 'verify'> | undefined,
) {
  const good = createRecent<true>(remembered * 65, () => 1);
  function check(block: HashedHeader, certificate: Certificate): void {
    const certified = certificate.block === block.hash ? block : reader.headerByHash(certificate.block);
    if (certified === undefined || certified.index < block.index || certified.epoch !== certificate.epoch) {
      damage(`the certificate of block ${block.index} is of another block`);
    }
    if (verifier === undefined || certificate.signers.length > maxSigners) return;
    const name = storageHasher.sha256Hex(JSON.stringify(certificate));
    if (good.get(name) === true) return;
    const set = epoch(certificate.epoch);
    const holds =
      set?.validators_hash === certified.validators_hash && verifyCertificate(verifier, set, certificate, chain).ok;
    if (!holds) damage(`the certificate of block ${certified.index} does not hold`);
    good.set(name, true);
  }
  // Both are the file's own: nothing of the question is in them.
  return (block: HashedHeader, certificate: Certificate): void =>
    checking(`the certificate of block ${block.index}`, () => check(block, certificate));
}
