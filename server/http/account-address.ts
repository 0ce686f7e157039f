/** Addresses in paths and bodies: one check, one problem. */
import { addressFault } from '../../ledger/values/address.js';
import { err, ok, type Result } from '../../ledger/values/result.js';
import type { Address } from '../../ledger/values/text.js';
import type { NodeApi } from './node-api.js';
import { problem, type Reply } from './reply.js';

export function parseAddress(node: NodeApi, text: string, path = 'address'): Result<Address, Reply> {
  const fault = addressFault(text, node.genesis.address_prefix);
  return fault === undefined ? ok(text as Address) : err(problem('invalid_parameter', fault, { path }));
}
