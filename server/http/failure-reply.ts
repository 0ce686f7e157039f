/** What is answered where a request ran into an exception. Nothing of the inside is told: no path, no stack. */
import { LedgerFailure } from '../errors.js';
import { problem, type Reply } from './reply.js';

const ledgerFailures: { readonly [Code in LedgerFailure['code']]: string } = {
  ledger_damaged: 'The ledger file of this node contradicts itself, so this has no answer; the node stops.',
  ledger_unreadable: 'The disk does not give what the ledger file of this node holds; the node stops.',
};

/** @param onBug told of what is not the ledger's fault, which the node itself tells of */
export function failureReply(error: unknown, onBug: (error: unknown) => void): Reply {
  if (error instanceof LedgerFailure) return problem(error.code, ledgerFailures[error.code]);
  onBug(error);
  return problem('internal_error', 'Something went wrong inside the node; nothing more is told here.');
}
