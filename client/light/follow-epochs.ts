/**
 * How a light client follows the chain: from one validator set that it trusts to the next, by closing blocks and their
 * finality certificates alone. Each set is vouched for by more than two thirds of the one before. PROTOCOL section 6.
 */
import { verifyCertificate } from '../../consensus/certificate.js';
import type { HashedHeader } from '../../ledger/values/block.js';
import { blockHash, validatorsHash } from '../../ledger/values/identity.js';
import { err, ok, type Result } from '../../ledger/values/result.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { ChainId } from '../../ledger/values/text.js';
import type { Certificate } from '../../ledger/values/vote.js';
import type { EpochLink } from '../api-types.js';
import type { ClientCrypto } from '../crypto.js';
import { decodeFinalHeader, decodeValidators } from './decode-answers.js';

export interface FinalHeader {
  readonly header: HashedHeader;
  readonly certificate: Certificate;
}

/**
 * Follows `links`, by whomever and of any form, in order from a set that is trusted (genesis' own, or one from a checkpoint).
 * @returns the last set, or a sentence that says which link does not hold, and why
 */
export function followEpochs(
  crypto: ClientCrypto,
  chain: ChainId,
  trusted: EpochEntry,
  links: readonly EpochLink[],
): Result<EpochEntry, string> {
  let current = trusted;
  for (const link of links) {
    const final = verifyFinalHeader(crypto, chain, current, link);
    if (!final.ok) return final;
    const { index, next_epoch: next } = final.value;
    const where = `Block ${index}`;
    if (next === undefined) return err(`${where} closes no epoch.`);
    if (next.number <= current.number) return err(`${where} leads back to epoch ${next.number}.`);
    const members = decodeValidators(link.validators);
    if (!members.ok) return members;
    const validators = members.value;
    if (validatorsHash(crypto, validators) !== next.validators_hash) {
      return err(`${where} names another set for epoch ${next.number} than the one given.`);
    }
    current = {
      kind: 'epoch',
      number: next.number,
      nonce: next.nonce,
      validators,
      validators_hash: next.validators_hash,
    };
  }
  return ok(current);
}

/** Whether a header is final by a certificate of its own epoch's set. @param given by whomever; of any form */
export function verifyFinalHeader(
  crypto: ClientCrypto,
  chain: ChainId,
  epoch: EpochEntry,
  given: FinalHeader,
): Result<HashedHeader, string> {
  const decoded = decodeFinalHeader(chain, given);
  if (!decoded.ok) return decoded;
  const { header, certificate } = decoded.value;
  const where = `Block ${header.index}`;
  if (header.index === 0) return err('Block 0 is genesis, whose balances stand in its file; no votes prove it.');
  if (blockHash(crypto, header) !== header.hash) return err(`${where} does not have the hash that it states.`);
  if (header.epoch !== epoch.number) return err(`${where} is of epoch ${header.epoch}, not of ${epoch.number}.`);
  if (header.validators_hash !== epoch.validators_hash) return err(`${where} is by another set of validators.`);
  if (certificate.phase !== 'commit') return err(`${where} comes with ${certificate.phase} votes, which end nothing.`);
  if (certificate.block !== header.hash) return err(`${where} comes with the certificate of another block.`);
  const quorum = verifyCertificate(crypto, epoch, certificate, chain);
  return quorum.ok ? ok(header) : err(`${where} is not final: ${quorum.problem}.`);
}
