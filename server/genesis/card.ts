/**
 * A genesis card: what one organisation contributes to the genesis of a chain, signed by its own validator key. One
 * rule: a card is for one chain's name, so that nobody is entered into a chain that they did not join.
 */
import type { Signer, Verifier } from '../../ledger/values/crypto.js';
import {
  addressDecoder,
  decodeAmount,
  decodePositiveAmount,
  decodePublicKey,
  decodeSignature,
} from '../../ledger/values/decode-text.js';
import { domainText } from '../../ledger/values/domain.js';
import type { Genesis, GenesisValidator } from '../../ledger/values/genesis.js';
import type { Amount } from '../../ledger/values/numbers.js';
import { err, ok, type Result } from '../../ledger/values/result.js';
import { oneOf, optional, record, textOf } from '../../ledger/values/shape.js';
import { possessionText } from '../../ledger/values/signing.js';
import type { Address, PublicKey, Signature } from '../../ledger/values/text.js';

export interface GenesisCardBody {
  readonly version: 1;
  /** `name` of the genesis that it is for. */
  readonly genesis: string;
  /** Of the organisation; becomes the name of its validator and account. */
  readonly name: string;
  readonly owner: Address;
  readonly key: PublicKey;
  readonly vrf_key: PublicKey;
  readonly stake: Amount;
  /** Of the owner's account, beside the stake; absent: none. */
  readonly balance?: Amount;
  readonly key_proof: Signature;
  readonly vrf_key_proof: Signature;
}

export interface GenesisCard extends GenesisCardBody {
  /** By `key`, over `cardText`. */
  readonly signature: Signature;
}

const cardName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/;

/** Whether genesis takes it as a name of a validator and an account. */
export const isCardName = (text: string): boolean => cardName.test(text);

/** The text that the card's validator key signs: domain `genesis-card` and the card without its signature. */
export function cardText(card: GenesisCardBody | GenesisCard): string {
  const { signature: _, ...body } = card as GenesisCard;
  return domainText('genesis-card', body);
}

export function signCard(
  validator: Signer,
  entry: GenesisValidator,
  card: { readonly genesis: string; readonly name: string; readonly balance?: Amount },
): GenesisCard {
  const { key, vrf_key, owner, stake, key_proof, vrf_key_proof } = entry;
  const { genesis, name, balance } = card;
  const body: GenesisCardBody = {
    version: 1,
    genesis,
    name,
    owner,
    key,
    vrf_key,
    stake,
    ...(balance === undefined ? {} : { balance }),
    key_proof,
    vrf_key_proof,
  };
  return { ...body, signature: validator.sign(cardText(body)) };
}

/** @returns the card, or one sentence that says why it does not fit this genesis */
export function openCard(verifier: Verifier, value: unknown, draft: Genesis): Result<GenesisCard, string> {
  const decode = record<GenesisCard>({
    version: oneOf(1),
    genesis: textOf((text) => /^[a-z0-9-]{1,32}$/.test(text), 'The name of a chain'),
    name: textOf(isCardName, 'A name of 1 to 32 letters, digits, "_", "." and "-"'),
    owner: addressDecoder(draft.address_prefix),
    key: decodePublicKey,
    vrf_key: decodePublicKey,
    stake: decodePositiveAmount,
    balance: optional(decodeAmount),
    key_proof: decodeSignature,
    vrf_key_proof: decodeSignature,
    signature: decodeSignature,
  });
  const decoded = decode(value);
  if (!decoded.ok) {
    const { path, detail } = decoded.problem;
    return err(`It is no valid card${path === '' ? '' : ` (at ${path})`}: ${detail}`);
  }
  const card = decoded.value;
  const { name, key, vrf_key, owner } = card;
  if (card.genesis !== draft.name) {
    return err(`The card of ${name} is for the chain "${card.genesis}", and this genesis is of "${draft.name}".`);
  }
  if (!verifier.verify(key, cardText(card), card.signature)) {
    return err(`The card of ${name} was changed after it was signed, or was signed with another key.`);
  }
  const where = { name: draft.name };
  if (!verifier.verify(key, possessionText(where, owner, 'validator', key), card.key_proof)) {
    return err(`The card of ${name} does not prove that its owner holds the validator key.`);
  }
  if (!verifier.verify(vrf_key, possessionText(where, owner, 'vrf', vrf_key), card.vrf_key_proof)) {
    return err(`The card of ${name} does not prove that its owner holds the VRF key.`);
  }
  return ok(card);
}
