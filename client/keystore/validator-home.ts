/** Reads the validator's keys of a node's home and proves that they are at hand, for its owner's first stake. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../../ledger/values/result.js';
import { type KeyPurpose, possessionText } from '../../ledger/values/signing.js';
import type { Address, ChainId, PublicKey, Signature } from '../../ledger/values/text.js';
import type { ValidatorKeys } from '../../ledger/values/transaction.js';
import { accountFromSecret } from '../account.js';
import { decodeNodeKey, nodeKeyFileName } from './node-key.js';

interface Proved {
  readonly key: PublicKey;
  readonly proof: Signature;
}

/** @returns keys and proofs for a stake transaction, or a sentence that says what is missing */
export function proveValidatorKeys(home: string, chain: ChainId, owner: Address): Result<ValidatorKeys, string> {
  const validator = prove(home, chain, owner, 'validator');
  if (!validator.ok) return validator;
  const vrf = prove(home, chain, owner, 'vrf');
  if (!vrf.ok) return vrf;
  return ok({
    key: validator.value.key,
    vrf_key: vrf.value.key,
    key_proof: validator.value.proof,
    vrf_key_proof: vrf.value.proof,
  });
}

function prove(home: string, chain: ChainId, owner: Address, purpose: KeyPurpose): Result<Proved, string> {
  const path = join(home, 'keys', nodeKeyFileName(purpose));
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return err(`There is no key ${path}.`);
  }
  const seed = decodeNodeKey(text, purpose);
  if (seed === undefined) return err(`${path} does not hold a ${purpose} key.`);
  const { publicKey, signer } = accountFromSecret(seed, 'sl');
  return ok({ key: publicKey, proof: signer.sign(possessionText({ chain }, owner, purpose, publicKey)) });
}
