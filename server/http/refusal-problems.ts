/** Why the ledger refuses a transaction, as problems: its own list, in its own order of precedence. */
import { type TransactionRefusalCode, transactionRefusals } from '../../ledger/transaction-refusals.js';

export interface RefusalProblem {
  readonly status: 422;
  readonly title: string;
  readonly meaning: string;
  readonly fix: string;
}

export const refusalCodes = Object.keys(transactionRefusals) as readonly TransactionRefusalCode[];

/** `nonce_too_low` reads "Nonce too low". */
const titleOf = (code: string): string => code.charAt(0).toUpperCase() + code.slice(1).replaceAll('_', ' ');

export const refusalProblems = Object.fromEntries(
  Object.entries(transactionRefusals).map(([code, { detail, fix }]) => [
    code,
    { status: 422, title: titleOf(code), meaning: detail, fix } satisfies RefusalProblem,
  ]),
) as { readonly [Code in TransactionRefusalCode]: RefusalProblem };
