import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createNobleCrypto } from '../../../ledger/crypto/noble.js';
import { canonicalJson } from '../../../ledger/values/canonical.js';
import type { Genesis } from '../../../ledger/values/genesis.js';
import {
  chainIdOf,
  decodeGenesis,
  genesisBlock,
  genesisCertificate,
  genesisHash,
  genesisSupply,
  openGenesis,
  verifyGenesis,
} from '../../../ledger/values/genesis-file.js';
import { createCrypto } from '../../../server/crypto/create-crypto.js';
import { addressOf, sampleGenesis } from './sample-genesis.js';

const crypto = createCrypto();
const sample = sampleGenesis();

/** A deep copy that a test may change. */
// biome-ignore lint/suspicious/noExplicitAny: the point is to make it wrong
function changed(change: (genesis: any) => void): unknown {
  const copy = JSON.parse(JSON.stringify(sample));
  change(copy);
  return copy;
}

function pathOf(value: unknown): string {
  const decoded = decodeGenesis(value);
  assert.ok(!decoded.ok, 'it was accepted');
  assert.match(decoded.problem.detail, /\.$/);
  return decoded.problem.path;
}

test('a good genesis opens the same way with every cryptography, and keeps what it said', () => {
  for (const each of [crypto, createNobleCrypto()]) {
    const opened = openGenesis(each, JSON.parse(JSON.stringify(sample)));
    assert.ok(opened.ok, JSON.stringify(opened));
    assert.deepEqual(opened.value.genesis, sample);
    assert.equal(opened.value.chain, `sample-${opened.value.hash.slice(2, 34)}`);
  }
});

test('the genesis hash is the SHA-256 of a tag line and the canonical file, which anyone can compute', () => {
  const text = `slotledger/1/genesis\n${canonicalJson(sample)}`;
  const expected = createHash('sha256').update(text, 'utf8').digest('hex');
  assert.equal(genesisHash(crypto, sample), `0x${expected}`);
  const reordered = Object.fromEntries(Object.entries(sample).reverse()) as unknown as Genesis;
  assert.equal(genesisHash(crypto, reordered), `0x${expected}`);
  assert.equal(chainIdOf(sample, `0x${expected}`), `sample-${expected.slice(0, 32)}`);
});

test('block 0 has the genesis hash and is final by a certificate without signatures', () => {
  const hash = genesisHash(crypto, sample);
  const root = `0x${'5'.repeat(64)}` as const;
  const block = genesisBlock(crypto, sample, root);
  assert.equal(block.hash, hash);
  assert.equal(block.state_root, root);
  assert.deepEqual([block.index, block.slot, block.epoch, block.round, block.justify_view], [0, 0, 0, 0, 0]);
  const certificate = genesisCertificate(hash);
  assert.deepEqual([certificate.phase, certificate.epoch, certificate.view, certificate.block], ['commit', 0, 0, hash]);
  assert.deepEqual([certificate.signers, certificate.signatures], [[], []]);
  assert.equal(genesisSupply(sample), 1_001_200);
});

test('a member that is unknown, missing or of another type is refused with its path', () => {
  assert.equal(pathOf(null), '');
  assert.equal(pathOf([]), '');
  assert.equal(pathOf(changed((g) => (g.extra = 1))), '');
  assert.equal(pathOf(changed((g) => (g.validators[1].extra = 1))), 'validators[1]');
  assert.equal(pathOf(changed((g) => (g.parameters.extra = 1))), 'parameters');
  for (const member of Object.keys(sample)) {
    // Without its prefix no address can be read, so the first address is named.
    const expected =
      member === 'address_prefix' ? /^address_prefix$|^accounts\[0\]\.address$/ : new RegExp(`^${member}$`);
    assert.match(pathOf(changed((g) => delete g[member])), expected);
    assert.match(pathOf(changed((g) => (g[member] = null))), expected);
  }
  for (const member of Object.keys(sample.parameters)) {
    assert.equal(pathOf(changed((g) => delete g.parameters[member])), `parameters.${member}`);
    assert.equal(pathOf(changed((g) => (g.parameters[member] = 1.5))), `parameters.${member}`);
  }
});

test('names, prefixes and numbers have their forms', () => {
  for (const name of ['', 'Upper', 'a b', 'a'.repeat(33), 'é', 'a\n', 'a_b']) {
    assert.equal(pathOf(changed((g) => (g.name = name))), 'name', name);
  }
  assert.equal(pathOf(changed((g) => (g.version = 2))), 'version');
  assert.equal(pathOf(changed((g) => (g.genesis_time = -1))), 'genesis_time');
  assert.equal(pathOf(changed((g) => (g.token.decimals = 16))), 'token.decimals');
  assert.equal(pathOf(changed((g) => (g.token.symbol = 'TOO LONG'))), 'token.symbol');
  assert.equal(pathOf(changed((g) => (g.accounts[0].name = ' x'))), 'accounts[0].name');
  assert.equal(pathOf(changed((g) => (g.accounts[0].balance = -0))), 'accounts[0].balance');
  assert.equal(pathOf(changed((g) => (g.accounts[0].balance = 2 ** 53))), 'accounts[0].balance');
  assert.equal(pathOf(changed((g) => (g.validators[0].stake = 0))), 'validators[0].stake');
  assert.equal(
    pathOf(changed((g) => (g.accounts[1].address = g.accounts[1].address.toUpperCase()))),
    'accounts[1].address',
  );
  assert.equal(pathOf(changed((g) => (g.address_prefix = 'tl'))), 'accounts[0].address');
});

test('no address, owner, name or key occurs twice, and there is a validator', () => {
  assert.equal(pathOf(changed((g) => (g.accounts[1].address = g.accounts[0].address))), 'accounts[1].address');
  assert.equal(pathOf(changed((g) => (g.accounts[1].name = 'faucet'))), 'accounts[1].name');
  assert.equal(pathOf(changed((g) => (g.validators[1].owner = g.validators[0].owner))), 'validators[1].owner');
  assert.equal(pathOf(changed((g) => (g.validators[1].name = g.validators[0].name))), 'validators[1].name');
  assert.equal(pathOf(changed((g) => (g.validators[1].key = g.validators[0].key))), 'validators[1].key');
  assert.equal(pathOf(changed((g) => (g.validators[1].vrf_key = g.validators[0].vrf_key))), 'validators[1].vrf_key');
  assert.equal(pathOf(changed((g) => (g.validators[1].vrf_key = g.validators[0].key))), 'validators[1].vrf_key');
  assert.equal(pathOf(changed((g) => (g.validators[0].vrf_key = g.validators[0].key))), 'validators[0].vrf_key');
  assert.equal(pathOf(changed((g) => (g.validators = []))), 'validators');
  assert.equal(pathOf(changed((g) => (g.parameters.max_validators = 1))), 'validators');
});

test('balances and stakes together are at most 2^53 - 1', () => {
  const most = Number.MAX_SAFE_INTEGER - 1200;
  assert.ok(decodeGenesis(changed((g) => (g.accounts[0].balance = most))).ok);
  assert.equal(pathOf(changed((g) => (g.accounts[0].balance = most + 1))), 'accounts');
  const both = changed((g) => {
    g.accounts[0].balance = Number.MAX_SAFE_INTEGER;
    g.accounts[1].balance = Number.MAX_SAFE_INTEGER;
  });
  assert.equal(pathOf(both), 'accounts');
});

test('a proof of possession holds for its key, its purpose, its owner and the name of the chain', () => {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const pathAfter = (change: (genesis: any) => void): string => {
    const decoded = decodeGenesis(changed(change));
    assert.ok(decoded.ok, JSON.stringify(decoded));
    const verified = verifyGenesis(crypto, decoded.value);
    assert.ok(!verified.ok, 'it was accepted');
    return verified.problem.path;
  };
  assert.equal(
    pathAfter((g) => (g.name = 'other')),
    'validators[0].key_proof',
  );
  assert.equal(
    pathAfter((g) => (g.validators[1].owner = addressOf(9))),
    'validators[1].key_proof',
  );
  const swapProofs = pathAfter((g) => {
    const { key_proof, vrf_key_proof } = g.validators[0];
    Object.assign(g.validators[0], { key_proof: vrf_key_proof, vrf_key_proof: key_proof });
  });
  assert.equal(swapProofs, 'validators[0].key_proof');
  const swapPurposes = pathAfter((g) => {
    const { key, vrf_key, key_proof, vrf_key_proof } = g.validators[0];
    Object.assign(g.validators[0], { key: vrf_key, vrf_key: key, key_proof: vrf_key_proof, vrf_key_proof: key_proof });
  });
  assert.equal(swapPurposes, 'validators[0].key_proof');
  const foreign = pathAfter((g) => (g.validators[1].vrf_key_proof = g.validators[0].vrf_key_proof));
  assert.equal(foreign, 'validators[1].vrf_key_proof');
});

test('whatever replaces a part of a genesis, it is refused or means exactly what it says', () => {
  const paths: (readonly (string | number)[])[] = [];
  const walk = (value: unknown, path: readonly (string | number)[]): void => {
    if (path.length > 0) paths.push(path);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, member] of Object.entries(value))
      walk(member, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  walk(sample, []);
  const replacement = fc.oneof(
    fc.jsonValue(),
    fc.maxSafeInteger(),
    fc.string(),
    fc.constantFrom(null, [], {}, 0, -0, 1e300),
  );
  fc.assert(
    fc.property(fc.constantFrom(...paths), replacement, (path, value) => {
      const copy = JSON.parse(JSON.stringify(sample));
      let place = copy;
      for (const step of path.slice(0, -1)) place = place[step];
      place[path.at(-1)!] = value;
      const decoded = decodeGenesis(copy);
      if (decoded.ok) assert.equal(canonicalJson(decoded.value), canonicalJson(copy));
      else assert.match(decoded.problem.detail, /\.$/);
    }),
    { numRuns: 1500 },
  );
  fc.assert(fc.property(fc.anything(), (value) => !decodeGenesis(value).ok));
});
