/**
 * Puts cards into the draft of a genesis. One rule: the result depends on the draft and the set of cards alone, never on
 * the order in which they came, so that everyone who assembles the same cards sees the same hash.
 */
import type { Genesis, GenesisAccount, GenesisValidator } from '../../ledger/values/genesis.js';
import { decodeGenesisDraft } from '../../ledger/values/genesis-file.js';
import { err, ok, type Result } from '../../ledger/values/result.js';
import type { GenesisCard } from './card.js';

export interface Assembled {
  readonly genesis: Genesis;
  /** Names of the cards that were new. */
  readonly added: readonly string[];
}

/** @param cards opened for this draft; one that is in the draft already changes nothing */
export function addCards(draft: Genesis, cards: readonly GenesisCard[]): Result<Assembled, string> {
  const accounts = [...draft.accounts];
  const validators = [...draft.validators];
  const added: string[] = [];
  for (const card of cards) {
    const same = validators.find(({ key }) => key === card.key);
    if (same !== undefined) {
      if (isEntered(card, same, accounts)) continue;
      return err(`The validator key of ${card.name} is in this genesis already, with another card.`);
    }
    const fault = conflict(card, accounts, validators);
    if (fault !== undefined) return err(fault);
    validators.push(validatorOf(card));
    if (card.balance !== undefined) accounts.push(accountOf(card, card.balance));
    added.push(card.name);
  }
  const genesis: Genesis = {
    ...draft,
    accounts: accounts.sort((a, b) => (a.address < b.address ? -1 : 1)),
    validators: validators.sort((a, b) => (a.key < b.key ? -1 : 1)),
  };
  const checked = decodeGenesisDraft(genesis);
  if (checked.ok) return ok({ genesis, added });
  return err(`With these cards, ${checked.problem.path} would be wrong: ${checked.problem.detail}`);
}

const validatorOf = ({
  key,
  vrf_key,
  owner,
  stake,
  key_proof,
  vrf_key_proof,
  name,
}: GenesisCard): GenesisValidator => ({
  key,
  vrf_key,
  owner,
  stake,
  key_proof,
  vrf_key_proof,
  name,
});

const accountOf = ({ owner, name }: GenesisCard, balance: GenesisAccount['balance']): GenesisAccount => ({
  address: owner,
  balance,
  name,
});

/** Signatures are deterministic, so a card that is in genesis shows in every member. */
function isEntered(card: GenesisCard, entry: GenesisValidator, accounts: readonly GenesisAccount[]): boolean {
  const same = Object.entries(validatorOf(card)).every(
    ([member, value]) => entry[member as keyof typeof entry] === value,
  );
  const account = accounts.find(({ address, name }) => address === card.owner && name === card.name);
  return same && account?.balance === card.balance;
}

function conflict(
  card: GenesisCard,
  accounts: readonly GenesisAccount[],
  validators: readonly GenesisValidator[],
): string | undefined {
  const { name, owner, vrf_key, balance } = card;
  if (validators.some((entry) => entry.name === name) || accounts.some((entry) => entry.name === name)) {
    return `The name ${name} is taken in this genesis: neither two cards nor a card and an account of the draft can have one name.`;
  }
  if (validators.some((entry) => entry.owner === owner)) {
    return `The owner of ${name} owns another validator of this genesis: give each validator an owner account of its own.`;
  }
  if (validators.some((entry) => entry.vrf_key === vrf_key)) {
    return `The VRF key of ${name} belongs to another validator of this genesis.`;
  }
  if (balance !== undefined && accounts.some(({ address }) => address === owner)) {
    return `The owner of ${name} has a balance in this genesis already: sign a card without --balance.`;
  }
  return undefined;
}
