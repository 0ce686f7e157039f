import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { encodeAddress } from '../../../ledger/values/address.js';
import type { Genesis } from '../../../ledger/values/genesis.js';
import { genesisHash, openGenesis } from '../../../ledger/values/genesis-file.js';
import { toAmount } from '../../../ledger/values/numbers.js';
import { productionParameters } from '../../../ledger/values/parameters.js';
import { createCrypto, createSigner } from '../../../server/crypto/create-crypto.js';
import { addCards } from '../../../server/genesis/assemble.js';
import { cardText, type GenesisCard, openCard, signCard } from '../../../server/genesis/card.js';
import { genesisValidator } from '../../../server/home/make-validator.js';

const crypto = createCrypto();
const signer = (seed: string) => createSigner(createHash('sha256').update(seed).digest());

const draft: Genesis = {
  version: 1,
  name: 'consortium',
  genesis_time: 1_800_000_000_000,
  address_prefix: 'co',
  token: { symbol: 'CO', decimals: 2 },
  development: false,
  parameters: productionParameters,
  accounts: [],
  validators: [],
};

function card(name: string, more: { stake?: number; balance?: number; genesis?: string; owner?: string } = {}) {
  const { genesis = draft.name, stake = 1000, balance, owner = name } = more;
  const keys = { validator: signer(`validator ${name}`), vrf: signer(`vrf ${name}`) };
  const address = encodeAddress('co', signer(`owner ${owner}`).publicKey);
  const entry = genesisValidator(keys, genesis, address, toAmount(stake));
  return signCard(keys.validator, entry, {
    genesis,
    name,
    ...(balance === undefined ? {} : { balance: toAmount(balance) }),
  });
}

function assemble(...cards: readonly GenesisCard[]): Genesis {
  let genesis = draft;
  for (const one of cards) {
    const opened = openCard(crypto, one, draft);
    assert.ok(opened.ok, JSON.stringify(opened));
    const added = addCards(genesis, [opened.value]);
    assert.ok(added.ok, JSON.stringify(added));
    genesis = added.value.genesis;
  }
  return genesis;
}

test('the hash does not depend on the order of the cards, nor on adding one twice', () => {
  const [a, b, c] = [card('acme', { balance: 500 }), card('bolt'), card('crow', { balance: 7, stake: 3 })];
  const expected = genesisHash(crypto, assemble(a, b, c));
  for (const order of [
    [a, c, b],
    [b, a, c],
    [b, c, a],
    [c, a, b],
    [c, b, a],
    [c, a, c, b, a],
  ]) {
    assert.equal(genesisHash(crypto, assemble(...order)), expected);
  }
  assert.notEqual(genesisHash(crypto, assemble(a, b)), expected);
});

test('an assembled genesis opens like any other', () => {
  const opened = openGenesis(
    crypto,
    JSON.parse(JSON.stringify(assemble(card('acme', { balance: 500 }), card('bolt')))),
  );
  assert.ok(opened.ok, JSON.stringify(opened));
  assert.equal(opened.value.genesis.accounts[0]?.name, 'acme');
});

const resigned = (body: GenesisCard, seed: string): GenesisCard => ({
  ...body,
  signature: signer(seed).sign(cardText(body)),
});
const acme = card('acme');
const bad: readonly (readonly [what: string, card: unknown, says: RegExp])[] = [
  [
    'for another chain',
    card('acme', { genesis: 'other' }),
    /is for the chain "other", and this genesis is of "consort/,
  ],
  ['with a changed stake', { ...acme, stake: 5000 }, /was changed after it was signed/],
  ['signed by a stranger', resigned(acme, 'stranger'), /was changed after it was signed, or was signed with another/],
  ["with another's VRF key", resigned({ ...acme, vrf_key: signer('x').publicKey }, 'validator acme'), /VRF key/],
  [
    'with its owner exchanged',
    resigned({ ...acme, owner: encodeAddress('co', signer('thief').publicKey) }, 'validator acme'),
    /does not prove that its owner holds the validator key/,
  ],
  [
    'with an address of another chain',
    { ...acme, owner: encodeAddress('sl', signer('o').publicKey) },
    /begins with "co1"/,
  ],
  ['without stake', { ...acme, stake: 0 }, /^It is no valid card \(at stake\): An integer from 1/],
  ['with a member that is not known', { ...acme, note: 'hello' }, /"note" is not a member/],
  ['that is no object', 'card', /An object is expected/],
];
for (const [what, value, says] of bad) {
  test(`a card ${what} is refused in one sentence`, () => {
    const opened = openCard(crypto, value, draft);
    assert.ok(!opened.ok);
    assert.match(opened.problem, says);
    assert.doesNotMatch(opened.problem, /\n/);
  });
}

const conflicts: readonly (readonly [what: string, second: GenesisCard, says: RegExp])[] = [
  ['another card of one validator', card('acme', { stake: 7 }), /validator key of acme is in this genesis already/],
  ['an owner of two validators', card('bolt', { owner: 'acme' }), /owner of bolt owns another validator/],
  ['more than can exist', card('bolt', { stake: Number.MAX_SAFE_INTEGER }), /together exceed/],
];
for (const [what, second, says] of conflicts) {
  test(`cards in conflict are refused: ${what}`, () => {
    const added = addCards(assemble(acme), [second]);
    assert.ok(!added.ok);
    assert.match(added.problem, says);
  });
}
