/** `wallet verify PROOF --account WHO`: that an account held what a proof says. */
import type { AccountEntry } from '../../../ledger/values/state.js';
import type { Address } from '../../../ledger/values/text.js';
import { checkAddress } from '../../account.js';
import { formatAmount } from '../../amounts.js';
import type { Token } from '../../api-types.js';
import { clientCrypto } from '../../crypto.js';
import { verifyAccountProof } from '../../light/account-proof.js';
import { decodeAccountProof, prefixOf } from '../../light/decode-answers.js';
import { usageProblem } from '../cli-problem.js';
import type { Context } from '../context.js';
import { inputName } from '../input-file.js';
import { type Checked, finality, type Json, named, reach, readTrusted, type TrustOptions } from './verify-proof.js';

export interface VerifyAccountOptions extends TrustOptions {
  readonly account?: string;
}

export const isAccountProof = (value: Json): boolean => value.proof !== undefined && value.entry !== undefined;

export async function accountChecks(
  context: Context,
  file: string,
  value: Json,
  options: VerifyAccountOptions,
): Promise<Checked> {
  const trusted = await readTrusted(options, value);
  const address = accountOf(options.account);
  const form = decodeAccountProof(trusted.chain, value);
  if (!form.ok) return { checks: [named('form', false, `${inputName(file)}: ${form.problem}`)] };
  const { header, certificate } = form.value;
  const way = await reach(context, trusted, value, header.epoch);
  if (!way.ok) return { checks: [way.problem] };
  const { set, check: epoch } = way.value;
  const final = finality(trusted.chain, set, { header, certificate });
  if (!final.ok) return { checks: [epoch, final.problem] };
  const { stake, total, check } = final.value;
  const entry = verifyAccountProof(clientCrypto, trusted.chain, set, address, form.value);
  if (!entry.ok) return { checks: [epoch, check, named('account', false, entry.problem)] };
  const account = named('account', true, `${address} ${held(entry.value, trusted.token)} block ${header.index}.`);
  return {
    checks: [epoch, check, account],
    set,
    chain: trusted.chain,
    proved: {
      address,
      balance: entry.value?.balance ?? 0,
      entry: entry.value,
      chain: trusted.chain,
      index: header.index,
      block: header.hash,
      epoch: header.epoch,
      stake,
      total_stake: total,
    },
  };
}

function accountOf(account: string | undefined): Address {
  const prefix = prefixOf(account);
  const checked = account === undefined || prefix === undefined ? undefined : checkAddress(account, prefix);
  if (checked?.ok === true) return checked.value;
  throw usageProblem(
    account === undefined
      ? 'A proof does not say whose account it is about.'
      : `--account ${account} is not an address.`,
    'Name the address with --account; `wallet address NAME` shows that of a key.',
  );
}

function held(entry: AccountEntry | null, token: Token | undefined): string {
  if (entry === null) return 'was never seen up to';
  return `held ${token === undefined ? `${entry.balance} smallest units` : formatAmount(entry.balance, token)} after`;
}
