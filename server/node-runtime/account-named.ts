/** Accounts as people name them: by address, or by a name of genesis; a validator's name is its owner's account. */
import { addressFault } from '../../ledger/values/address.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import type { Address } from '../../ledger/values/text.js';
import { SlotledgerError } from '../errors.js';

/** @throws SlotledgerError UNKNOWN_ACCOUNT */
export function accountNamed(text: string, genesis: Genesis): Address {
  // A program without types: nothing given would be the name of whoever genesis gives none.
  if (typeof text !== 'string') {
    throw new SlotledgerError(
      'UNKNOWN_ACCOUNT',
      `An account is named by a text, not by ${text === null ? 'null' : typeof text}.`,
      `Give an address, which begins with "${genesis.address_prefix}1", or a name.`,
    );
  }
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
