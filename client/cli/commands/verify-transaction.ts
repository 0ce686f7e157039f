/** `wallet verify PROOF`: that a transaction is final, as a proof says. */
import { transactionId } from '../../../ledger/values/identity.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import { formatAmount } from '../../amounts.js';
import type { Token } from '../../api-types.js';
import { clientCrypto } from '../../crypto.js';
import { decodeTransactionProof } from '../../light/decode-answers.js';
import { verifyTransactionProof } from '../../light/transaction-proof.js';
import type { Context } from '../context.js';
import { inputName } from '../input-file.js';
import { oneLine } from '../terminal.js';
import { type Checked, finality, type Json, named, reach, readTrusted, type TrustOptions } from './verify-proof.js';

export const isTransactionProof = (value: Json): boolean =>
  value.proof !== undefined && value.transaction !== undefined && value.header !== undefined;

export async function transactionProofChecks(
  context: Context,
  file: string,
  value: Json,
  options: TrustOptions,
): Promise<Checked> {
  const trusted = await readTrusted(options, value);
  const form = decodeTransactionProof(trusted.chain, value);
  if (!form.ok) return { checks: [named('form', false, `${inputName(file)}: ${form.problem}`)] };
  const { certificate, descendants } = form.value;
  const last = descendants.at(-1) ?? form.value.header;
  const way = await reach(context, trusted, value, last.epoch);
  if (!way.ok) return { checks: [way.problem] };
  const { set, check: epoch } = way.value;
  const final = finality(trusted.chain, set, { header: last, certificate });
  if (!final.ok) return { checks: [epoch, final.problem] };
  const { stake, total, check } = final.value;
  const proved = verifyTransactionProof(clientCrypto, trusted.chain, set, form.value);
  if (!proved.ok) return { checks: [epoch, check, named('transaction', false, proved.problem)] };
  const { transaction, header } = proved.value;
  const id = transactionId(clientCrypto, transaction);
  const detail = `${id} stands in block ${header.index}, slot ${header.slot}: ${told(transaction, trusted.token)}.`;
  return {
    checks: [epoch, check, named('transaction', true, detail)],
    set,
    chain: trusted.chain,
    proved: {
      id,
      transaction,
      chain: trusted.chain,
      index: header.index,
      block: header.hash,
      slot: header.slot,
      epoch: header.epoch,
      stake,
      total_stake: total,
    },
  };
}

/** Nobody is to read a long list in a sentence; the transaction itself has all of them. */
const shownOutputs = 3;

function told(transaction: Transaction, token: Token | undefined): string {
  const units = (amount: number): string =>
    token === undefined ? `${amount} smallest units` : formatAmount(amount, token);
  const { from, memo } = transaction;
  if (transaction.type === 'stake') return `${from} staked ${units(transaction.amount)}`;
  if (transaction.type === 'unstake') return `${from} asked ${units(transaction.amount)} of stake back`;
  const { outputs } = transaction;
  const shown = outputs.slice(0, shownOutputs).map(({ to, amount }) => `${units(amount)} to ${to}`);
  const more = outputs.length > shownOutputs ? ` and ${outputs.length - shownOutputs} more` : '';
  // With its quotation marks escaped: a memo is not to end where it says so itself.
  const noted = memo === undefined ? '' : `, with the memo ${JSON.stringify(oneLine(memo))}`;
  return `${from} paid ${shown.join(', ')}${more}${noted}`;
}
