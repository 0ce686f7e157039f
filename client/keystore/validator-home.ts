/** Reads the validator's keys of a node's home and proves that they are at hand, for its owner's first stake. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../../ledger/values/result.js';
import { type KeyPurpose, possessionText } from '../../ledger/values/signing.js';
import type { Address, ChainId, PublicKey, Signature } from '../../ledger/values/text.js';
import type { ValidatorKeys } from '../../ledger/values/transaction.js';
import { accountFromSecret } from '../account.js';
import { decodeNodeKey, isSealed, nodeKeyFileName, type SealedNodeKey } from './node-key.js';
import { openSecret } from './sealed-secret.js';

interface Proved {
  readonly key: PublicKey;
  readonly proof: Signature;
}

/** Called at most once, where a key has a password. */
export type AskPassword = () => Promise<string | undefined>;

/** @returns keys and proofs for a stake transaction, or a sentence that says what is missing */
export async function proveValidatorKeys(
  home: string,
  chain: ChainId,
  owner: Address,
  askPassword: AskPassword = async () => undefined,
): Promise<Result<ValidatorKeys, string>> {
  let asked: Promise<string | undefined> | undefined;
  const password: AskPassword = () => {
    asked ??= askPassword();
    return asked;
  };
  const validator = await prove(home, chain, owner, 'validator', password);
  if (!validator.ok) return validator;
  const vrf = await prove(home, chain, owner, 'vrf', password);
  if (!vrf.ok) return vrf;
  return ok({
    key: validator.value.key,
    vrf_key: vrf.value.key,
    key_proof: validator.value.proof,
    vrf_key_proof: vrf.value.proof,
  });
}

async function prove(
  home: string,
  chain: ChainId,
  owner: Address,
  purpose: KeyPurpose,
  askPassword: AskPassword,
): Promise<Result<Proved, string>> {
  const path = join(home, 'keys', nodeKeyFileName(purpose));
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return err(`There is no key ${path}.`);
  }
  const stored = decodeNodeKey(text, purpose);
  if (stored === undefined) return err(`${path} does not hold a ${purpose} key.`);
  const seed = isSealed(stored) ? await openSealed(path, stored, askPassword) : ok(stored.seed);
  if (!seed.ok) return seed;
  const { publicKey, signer } = accountFromSecret(seed.value, 'sl');
  return ok({ key: publicKey, proof: signer.sign(possessionText({ chain }, owner, purpose, publicKey)) });
}

async function openSealed(
  path: string,
  { sealed }: SealedNodeKey,
  askPassword: AskPassword,
): Promise<Result<Uint8Array, string>> {
  const password = await askPassword();
  if (password === undefined) return err(`${path} is sealed with a password; name its file with --key-password-file.`);
  const opened = await openSecret(sealed, password);
  return opened.ok ? opened : err(`The password does not open ${path}.`);
}
