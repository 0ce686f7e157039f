/** `server genesis join` signs this node's card for a draft; `server genesis add` puts cards into it. */
import type { Command } from 'commander';
import { formatAmount, parseAmount } from '../../client/amounts.js';
import { CliProblem, usageProblem } from '../../client/cli/cli-problem.js';
import { createTerminal } from '../../client/cli/terminal.js';
import { createKeystore } from '../../client/keystore/keystore.js';
import { addressFault, encodeAddress } from '../../ledger/values/address.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import { genesisHash } from '../../ledger/values/genesis-file.js';
import type { Amount } from '../../ledger/values/numbers.js';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import type { Address } from '../../ledger/values/text.js';
import { createCrypto } from '../crypto/create-crypto.js';
import { SlotledgerError } from '../errors.js';
import { addCards } from '../genesis/assemble.js';
import { type GenesisCard, isCardName, openCard, signCard } from '../genesis/card.js';
import { readDraft } from '../genesis/draft-file.js';
import type { HomePaths } from '../home/home.js';
import { genesisFileText, readGenesis } from '../home/init-home.js';
import {
  genesisValidator,
  makeValidatorKeys,
  type NodeSigners,
  openValidatorKeys,
  readNodePublicKeys,
} from '../home/make-validator.js';
import { replaceFile } from '../storage/durable-files.js';
import { writeNew } from './genesis-new.js';
import { genesisSummary } from './genesis-show.js';
import { keyPassword } from './key-password.js';
import { locked, recordKeys, recordMade } from './key-records.js';
import { homeContext, readNamedFile, saying } from './server-context.js';

/** A card has under 1 KiB; more is something else. */
const maxCardBytes = 16_384;

interface JoinOptions {
  readonly name: string;
  readonly owner: string;
  readonly stake: string;
  readonly balance?: string;
  readonly card?: string;
}

/** Makes the node's keys if there are none. The card goes to --card, else to standard output. */
export async function joinGenesis(file: string, command: Command): Promise<void> {
  const { paths, terminal, keyPasswordFile } = homeContext(command);
  const { name, owner, stake, balance, card: target } = command.optsWithGlobals<JoinOptions>();
  const draft = saying(() => readDraft(file));
  if (!isCardName(name)) {
    throw usageProblem(`--name ${name} is not a name.`, 'Use 1 to 32 letters, digits, "_", "." and "-".');
  }
  const address = ownerAddress(owner, draft, paths.home);
  const wanted = amountOption('--stake', stake, draft);
  if (wanted === 0) throw usageProblem('--stake 0 makes no validator.', 'Stake more than nothing.');
  const extra = balance === undefined ? {} : { balance: amountOption('--balance', balance, draft) };
  const keys = await locked(paths, async () => {
    saying(() => refuseOtherChain(paths, file, draft));
    return keysFor(paths, draft.name, await keyPassword({ paths, terminal, file: keyPasswordFile }));
  });
  const entry = genesisValidator(keys, draft.name, address, wanted, name);
  const card = signCard(keys.validator, entry, { genesis: draft.name, name, ...extra });
  if (target === undefined) {
    process.stdout.write(`${JSON.stringify(card, undefined, 2)}\n`);
    return;
  }
  writeNew(target, `${JSON.stringify(card, undefined, 2)}\n`);
  terminal.result(
    { file: target, card },
    () =>
      `${target}: ${name} joins ${draft.name} with ${formatAmount(wanted, draft.token)}, validator ${keys.validator.publicKey}.`,
  );
}

/** With the keys of a home that has a chain no node could run the new one, which everybody would learn after the cards were exchanged. */
function refuseOtherChain(paths: HomePaths, file: string, draft: Genesis): void {
  const own = readGenesis(paths);
  if (own === undefined || own.hash === genesisHash(createCrypto(), draft)) return;
  throw new SlotledgerError(
    'OTHER_CHAIN',
    `${paths.home} belongs to the chain ${own.chain}, and ${file} begins another.`,
    'Use another --home, which gets keys of its own.',
  );
}

/** Keys that are about to sign a card: that is written down before it is done. */
async function keysFor(paths: HomePaths, genesis: string, password: string | undefined): Promise<NodeSigners> {
  const known = await openValidatorKeys(paths, password);
  const keys = known ?? makeValidatorKeys(paths, undefined, recordMade(paths));
  const named = readNodePublicKeys(paths)!;
  recordKeys(paths, 'keys_used', named, { signed: 'genesis card', genesis });
  return keys;
}

export function addToGenesis(file: string, cardFiles: readonly string[], command: Command): void {
  const terminal = createTerminal(command.optsWithGlobals());
  const crypto = createCrypto();
  const draft = saying(() => readDraft(file));
  const cards = cardFiles.map((name) => readCard(crypto, name, draft));
  const assembled = addCards(draft, cards);
  if (!assembled.ok) {
    throw new CliProblem('bad_card', assembled.problem, 'Ask its organisation for another card, or leave it out.');
  }
  const { genesis, added } = assembled.value;
  replaceFile(file, genesisFileText(genesis), 0o644);
  const hash = genesisHash(crypto, genesis);
  terminal.result({ file, added, genesis_hash: hash, chain: `${genesis.name}-${hash.slice(2, 34)}` }, () =>
    [`Added ${added.length === 0 ? 'nothing new' : added.join(', ')}.`, '', genesisSummary(genesis, true)].join('\n'),
  );
}

function readCard(crypto: ReturnType<typeof createCrypto>, file: string, draft: Genesis): GenesisCard {
  const parsed = parseStrictJson(readNamedFile(file), { maxBytes: maxCardBytes });
  const opened = parsed.ok
    ? openCard(crypto, parsed.value, draft)
    : { ok: false as const, problem: `It is not a card: ${parsed.problem.detail}` };
  if (opened.ok) return opened.value;
  const fix = 'Nothing was added. Ask for another card, made with `server genesis join`, or leave it out.';
  throw new CliProblem('bad_card', `${file}: ${opened.problem}`, fix);
}

/** An address, or the name of a key in the home's wallet. */
function ownerAddress(owner: string, draft: Genesis, home: string): Address {
  const prefix = draft.address_prefix;
  const fault = addressFault(owner, prefix);
  if (fault === undefined) return owner as Address;
  if (owner.startsWith(`${prefix}1`) && owner.length > 32)
    throw usageProblem(`--owner: ${fault}`, 'Copy it once more.');
  const stored = createKeystore(home).read(owner);
  if (stored.ok) return encodeAddress(prefix, `0x${stored.value.file.pubkey}`);
  throw usageProblem(
    `--owner ${owner} is neither an address that begins with ${prefix}1 nor a key in the wallet of ${home}.`,
    'Make a key with `wallet new`; the owner of a validator receives its fees and unbonded stake.',
  );
}

function amountOption(flag: string, text: string, { token }: Genesis): Amount {
  const amount = parseAmount(text, token);
  if (amount.ok) return amount.value;
  throw usageProblem(`${flag}: ${amount.problem}`, `Amounts are in ${token.symbol}.`);
}
