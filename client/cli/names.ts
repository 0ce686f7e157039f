/**
 * What people write instead of an address: the name of a key, or a name from the chain's genesis. A name that could
 * mean two accounts is refused, so that no payment goes to the wrong one.
 */
import type { Address } from '../../ledger/values/text.js';
import { type Account, accountFromSecret, addressOfKey, checkAddress } from '../account.js';
import { isDevelopmentKey, openKey } from '../keystore/key-file.js';
import { isKeyName, type KeystoreProblem, type StoredKey } from '../keystore/keystore.js';
import { CliProblem, usageProblem } from './cli-problem.js';
import type { Context } from './context.js';
import { existingPassword } from './passwords.js';

export interface Named {
  readonly address: Address;
  /** Absent if the user wrote the address and nothing names it. */
  readonly name?: string;
}

/** @throws CliProblem unless `who` means exactly one account of the node's chain */
export async function resolveAccount(context: Context, who: string): Promise<Named> {
  const { address_prefix: prefix } = await context.chain();
  if (who.startsWith(`${prefix}1`) && who.length > 40) {
    const address = checkAddress(who, prefix);
    if (!address.ok) throw usageProblem(`${who} is not an address: ${address.problem}`, 'Copy it once more.');
    return { address: address.value };
  }
  const own = ownAddress(context, who, prefix);
  const genesis = await genesisAddress(context, who);
  if (own !== undefined && genesis !== undefined && own !== genesis) {
    throw new CliProblem(
      'ambiguous_name',
      `${who} is a key of yours (${own}) and another account of this chain (${genesis}).`,
      'Write the address that you mean.',
    );
  }
  const address = own ?? genesis;
  if (address === undefined) throw unknownName(who, prefix);
  return { address, name: who };
}

/** Opens the key called `name`, asking for its password if it has one. */
export async function openAccount(context: Context, name: string, prefix: string): Promise<Account> {
  const { file } = storedKey(context, name);
  const password = isDevelopmentKey(file)
    ? ''
    : await existingPassword(context.terminal, context.options.passwordFile, name);
  const secret = await openKey(file, password);
  if (!secret.ok) {
    throw new CliProblem('wrong_password', `That is not the password of ${name}.`, 'Try it once more.');
  }
  const account = accountFromSecret(secret.value, prefix);
  if (account.publicKey !== `0x${file.pubkey}`) {
    throw new CliProblem(
      'key_damaged',
      `The key file of ${name} does not belong to the public key that it names.`,
      `Import the key again under another name; look at ${context.keystore.directory}.`,
    );
  }
  return account;
}

/** @throws CliProblem if there is no such key, or it is damaged */
export function storedKey(context: Context, name: string): StoredKey {
  const key = context.keystore.read(name);
  if (key.ok) return key.value;
  throw keystoreFailure(key.problem);
}

export function keystoreFailure(problem: KeystoreProblem): CliProblem {
  switch (problem.code) {
    case 'bad_key_name':
      return usageProblem(
        `"${problem.name}" cannot name a key.`,
        'Use 1 to 32 lower-case letters, digits, - and _, beginning with a letter or digit.',
      );
    case 'key_exists':
      return new CliProblem(
        problem.code,
        `There is a key called ${problem.name} already, and keys are never overwritten.`,
        `Choose another name, or move ${problem.path} away.`,
      );
    case 'key_not_found':
      return new CliProblem(
        problem.code,
        `There is no key called ${problem.name}.`,
        'See your keys with `wallet list`, or make one with `wallet new NAME`.',
      );
    case 'key_damaged':
      return new CliProblem(
        problem.code,
        `The key file ${problem.path} cannot be read: ${problem.detail}.`,
        'Restore it from a backup, or import the mnemonic again under another name.',
      );
  }
}

function ownAddress(context: Context, who: string, prefix: string): Address | undefined {
  if (!isKeyName(who)) return undefined;
  const key = context.keystore.read(who);
  if (key.ok) return addressOfKey(`0x${key.value.file.pubkey}`, prefix);
  if (key.problem.code === 'key_not_found') return undefined;
  throw keystoreFailure(key.problem);
}

async function genesisAddress(context: Context, who: string): Promise<Address | undefined> {
  const { accounts } = await context.client.genesis();
  return accounts.find((account) => account.name === who)?.address;
}

function unknownName(who: string, prefix: string): CliProblem {
  if (who.startsWith(`${prefix}1`) && (who.includes('…') || !isKeyName(who))) {
    return usageProblem(`${who} is an address that is cut short.`, 'Copy all of it.');
  }
  return new CliProblem(
    'unknown_account',
    `${who} is neither a key of yours, nor a name in this chain's genesis, nor an address that begins with ${prefix}1.`,
    'See your keys with `wallet list`, or write the address.',
  );
}
