/** `wallet balance [WHO]`: what an account holds, as of the latest final block; without a name, every key of ours. */
import { addressOfKey } from '../../account.js';
import { formatAmount, formatNumber } from '../../amounts.js';
import type { AccountAnswer, StatusAnswer } from '../../api-types.js';
import { usageProblem } from '../cli-problem.js';
import type { Context } from '../context.js';
import { keystoreFailure, type Named, resolveAccount } from '../names.js';
import { colour, fields, table } from '../terminal.js';

export async function showBalance(context: Context, who: string | undefined): Promise<void> {
  if (who === undefined) return showOwnBalances(context);
  const named = await resolveAccount(context, who);
  const [status, account] = await Promise.all([context.chain(), context.client.account(named.address)]);
  context.terminal.result(balanceData(status, named, account), () => balanceText(status, named, account));
}

function balanceData(status: StatusAnswer, named: Named, account: AccountAnswer) {
  return {
    ...account,
    ...(named.name === undefined ? {} : { name: named.name }),
    token: status.token,
    balance_text: formatNumber(account.balance, status.token),
  };
}

function balanceText(status: StatusAnswer, named: Named, account: AccountAnswer): string {
  const { token } = status;
  const unbonding = account.unbonding.reduce((sum, part) => sum + part.amount, 0);
  const fullSet = account.unbonding.some((part) => part.full_set) ? '; the validator set was full' : '';
  const name = named.name ?? account.name;
  const line = `${name === undefined ? '' : `${colour.bold(name)}  `}${formatAmount(account.balance, token)}`;
  const more = fields([
    ['address', account.address],
    ['bonded', account.bonded === 0 ? undefined : formatAmount(account.bonded, token)],
    ['unbonding', unbonding === 0 ? undefined : `${formatAmount(unbonding, token)}${fullSet}`],
  ]);
  return `${line}\n${more}`;
}

async function showOwnBalances(context: Context): Promise<void> {
  const status = await context.chain();
  const all = context.keystore.list();
  const keys = all.flatMap((key) => (key.ok ? [key.value] : []));
  const damaged = all.flatMap((key) => (key.ok ? [] : [keystoreFailure(key.problem)]));
  if (keys.length === 0 && damaged[0] !== undefined) throw damaged[0];
  for (const { detail } of damaged) context.terminal.note(detail);
  if (keys.length === 0) {
    throw usageProblem(
      `There are no keys in ${context.keystore.directory}.`,
      'Name an account, or make a key with `wallet new NAME`.',
    );
  }
  const rows = await Promise.all(
    keys.map(async ({ name, file }) => {
      const named = { name, address: addressOfKey(`0x${file.pubkey}`, status.address_prefix) };
      return { named, account: await context.client.account(named.address) };
    }),
  );
  context.terminal.result(
    rows.map(({ named, account }) => balanceData(status, named, account)),
    () =>
      table(
        ['name', `balance in ${status.token.symbol}`, 'address'],
        rows.map(({ named, account }) => [named.name, formatNumber(account.balance, status.token), named.address]),
        [1],
      ),
  );
}
