/** Reads a transaction that a program hands in, as strictly as HTTP would. */
import { decodeTransaction } from '../../ledger/values/decode-transaction.js';
import { err, type Result } from '../../ledger/values/result.js';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { NodeApi, Refusal } from '../http/node-api.js';

/** @param given an object, or JSON as text */
export function readTransaction(given: unknown, api: NodeApi): Result<Transaction, Refusal> {
  const text = typeof given === 'string' ? given : textOf(given);
  if (text === undefined) return err({ code: 'invalid_json', detail: 'What was handed in cannot be written as JSON.' });
  const parsed = parseStrictJson(Buffer.from(text));
  if (!parsed.ok) return err({ code: 'invalid_json', detail: parsed.problem.detail });
  const { genesis, chain } = api;
  const rules = { chain, prefix: genesis.address_prefix, parameters: genesis.parameters };
  const decoded = decodeTransaction(parsed.value, rules);
  if (decoded.ok) return decoded;
  const { path, detail } = decoded.problem;
  return err({ code: 'invalid_transaction', detail: path === '' ? detail : `${path}: ${detail}` });
}

function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
