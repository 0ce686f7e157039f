import { err, type Result } from '../../ledger/values/result.js';
import type { Address, ChainId } from '../../ledger/values/text.js';
import type { ValidatorKeys } from '../../ledger/values/transaction.js';
export function proveValidatorKeys(home: string, _chain: ChainId, _owner: Address): Result<ValidatorKeys, string> {
  return err(`There are no validator keys in ${home}.`);
}
