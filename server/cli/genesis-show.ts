/** `server genesis show`: what a genesis file fixes, with its hash and chain id. */
import type { Command } from 'commander';
import { formatAmount } from '../../client/amounts.js';
import { colour, fields, formatDuration, table } from '../../client/cli/terminal.js';
import { isSetFixed } from '../../ledger/place-price.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import { genesisHash, genesisSupply } from '../../ledger/values/genesis-file.js';
import { createCrypto } from '../crypto/create-crypto.js';
import { SlotledgerError } from '../errors.js';
import { readDraft } from '../genesis/draft-file.js';
import { type OpenedGenesis, readGenesis } from '../home/init-home.js';
import { homeContext, saying } from './server-context.js';

/** Accounts and validators listed; a chain can have 100,000 accounts. */
const maxListed = 50;

/** @param file a genesis file or a draft of one; absent: that of the home */
export function showGenesis(file: string | undefined, command: Command): void {
  const { paths, terminal } = homeContext(command);
  const genesis = saying(() => (file === undefined ? ownGenesis(readGenesis(paths), paths.genesis) : readDraft(file)));
  const complete = genesis.validators.length > 0;
  terminal.result(genesis, () => genesisSummary(genesis, complete));
}

function ownGenesis(opened: OpenedGenesis | undefined, path: string): Genesis {
  if (opened !== undefined) return opened.genesis;
  throw new SlotledgerError('NO_GENESIS', `There is no ${path}.`, 'Make a home with `server init`, or name a file.');
}

export function genesisSummary(genesis: Genesis, complete: boolean): string {
  const { name, token, parameters, accounts, validators } = genesis;
  const hash = genesisHash(createCrypto(), genesis);
  const stake = validators.reduce((sum, validator) => sum + validator.stake, 0);
  const amount = (value: number): string => formatAmount(value, token);
  const summary = fields([
    ['genesis', complete ? hash : 'a draft that waits for validators'],
    ['chain', complete ? `${name}-${hash.slice(2, 34)}${genesis.development ? ' (development)' : ''}` : name],
    ['starts', new Date(genesis.genesis_time).toISOString()],
    ['slots', `${formatDuration(parameters.slot_duration_ms)} each, ${parameters.slots_per_epoch} an epoch`],
    ['token', `${token.symbol} with ${token.decimals} decimals; addresses begin with ${genesis.address_prefix}1`],
    ['supply', amount(genesisSupply(genesis))],
    ['fee', `at least ${amount(parameters.min_fee)}`],
    ...(complete && isSetFixed(validators, parameters) ? [['set', setIsFixed] as const] : []),
  ]);
  const listed = validators.slice(0, maxListed);
  const validatorTable = table(
    ['validator', 'key', 'stake', 'share'],
    listed.map(({ name: alias, key, stake: own }) => [
      alias ?? '-',
      key,
      amount(own),
      `${((own / stake) * 100).toFixed(1)} %`,
    ]),
    [2, 3],
  );
  const accountTable = table(
    ['account', 'address', 'balance'],
    accounts.slice(0, maxListed).map(({ name: alias, address, balance }) => [alias ?? '-', address, amount(balance)]),
    [2],
  );
  return [
    summary,
    ...(validators.length === 0 ? [] : ['', validatorTable, ...more(validators.length)]),
    ...(accounts.length === 0 ? [] : ['', accountTable, ...more(accounts.length)]),
  ].join('\n');
}

const setIsFixed =
  'can never change, as max_stake_change of all its stake is less than one unit: what is bonded later waits for ever';

const more = (count: number): readonly string[] =>
  count > maxListed ? [colour.dim(`… and ${count - maxListed} more`)] : [];
