/** Accounts as people name them: by address, or by a name of genesis; a validator's name is its owner's account. */
import { addressFault } from '../../ledger/values/address.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import type { Address } from '../../ledger/values/text.js';
import { SlotledgerError } from '../errors.js';

/** @throws SlotledgerError UNKNOWN_ACCOUNT */
export function accountNamed(text: string, genesis: Genesis): Address {
  const account = genesis.accounts.find(({ name }) => name === text);
  if (account !== undefined) return account.address;
  const validator = genesis.validators.find(({ name }) => name === text);
  if (validator !== undefined) return validator.owner;
  const fault = addressFault(text, genesis.address_prefix);
  if (fault === undefined) return text as Address;
  throw new SlotledgerError(
    'UNKNOWN_ACCOUNT',
    `"${text}" is neither an address nor a name of this chain's genesis.`,
    fault,
  );
}
