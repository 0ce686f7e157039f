/** `wallet history WHO`: an account's final transactions, newest first. */
import { formatNumber } from '../../amounts.js';
import type { AccountTransaction, StatusAnswer } from '../../api-types.js';
import type { Context } from '../context.js';
import { resolveAccount } from '../names.js';
import { readInteger } from '../payment.js';
import { colour, oneLine, table } from '../terminal.js';

export interface HistoryOptions {
  readonly limit: string;
  readonly cursor?: string;
  /** Whether ids are shown in full. */
  readonly full?: boolean;
}

export async function showHistory(context: Context, who: string, options: HistoryOptions): Promise<void> {
  const limit = readInteger(options.limit, '--limit', 1, 100);
  const { address } = await resolveAccount(context, who);
  const request = options.cursor === undefined ? { limit } : { limit, cursor: options.cursor };
  const [status, page, genesis] = await Promise.all([
    context.chain(),
    context.client.accountTransactions(address, request),
    context.client.genesis(),
  ]);
  const names = new Map(genesis.accounts.map((account) => [account.address as string, account.name]));
  context.terminal.result({ address, ...page }, () => {
    if (page.items.length === 0) return `${who} has no final transactions.`;
    const parameters = genesis.parameters;
    const rows = page.items.map((item) => [
      ...row(item, status, genesis.genesis_time, parameters.slot_duration_ms, names),
      options.full === true ? item.id : `${item.id.slice(0, 14)}…`,
    ]);
    const text = table(['time', 'block', status.token.symbol, 'fee', 'with', 'memo', 'transaction'], rows, [1, 2, 3]);
    const more = page.next_cursor === null ? '' : `\n${colour.dim(`more: --cursor ${page.next_cursor}`)}`;
    return `${text}${more}`;
  });
}

function row(
  item: AccountTransaction,
  { token }: StatusAnswer,
  genesisTime: number,
  slotMs: number,
  names: ReadonlyMap<string, string | undefined>,
): string[] {
  const sign = { in: '+', out: '-', self: '' }[item.direction];
  const time = new Date(genesisTime + item.slot * slotMs).toISOString().slice(0, 19).replace('T', ' ');
  const { transaction } = item;
  return [
    time,
    String(item.index),
    `${sign}${formatNumber(item.amount, token)}`,
    formatNumber(item.fee, token),
    counterparty(item, names),
    shortMemo(transaction.memo ?? ''),
  ];
}

/** At most 32 characters; what is cut short says so. */
function shortMemo(memo: string): string {
  const characters = [...oneLine(memo)];
  return characters.length <= 32 ? characters.join('') : `${characters.slice(0, 31).join('')}…`;
}

function counterparty(item: AccountTransaction, names: ReadonlyMap<string, string | undefined>): string {
  const { transaction } = item;
  const short = (address: string): string => names.get(address) ?? `${address.slice(0, 8)}…${address.slice(-6)}`;
  if (transaction.type !== 'transfer') return transaction.type;
  if (item.direction === 'in') return short(transaction.from);
  const [first, ...rest] = transaction.outputs;
  return first === undefined ? '' : `${short(first.to)}${rest.length === 0 ? '' : ` and ${rest.length} more`}`;
}
