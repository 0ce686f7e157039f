import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openGenesis } from '../../../ledger/values/genesis-file.js';
import { toView } from '../../../ledger/values/numbers.js';
import type { Hash, PublicKey } from '../../../ledger/values/text.js';
import { createCrypto, createSigner } from '../../../server/crypto/create-crypto.js';
import {
  addDevelopmentKeys,
  developmentGenesis,
  developmentStake,
  newDevelopmentAccounts,
} from '../../../server/home/development-genesis.js';
import { homePaths, prepareHome } from '../../../server/home/home.js';
import { genesisFileText, initDevelopmentHome, installGenesis } from '../../../server/home/init-home.js';
import { readPublicKey, writeKeyFile } from '../../../server/home/key-files.js';
import {
  bindVoteState,
  genesisValidator,
  makeValidatorKeys,
  readValidatorKeys,
} from '../../../server/home/make-validator.js';
import { initialVoteState, isOfAnotherKey } from '../../../server/replica/recover.js';
import { createVoteStateStore, initVoteState } from '../../../server/storage/vote-state-file.js';

const hashA = `0x${'a'.repeat(64)}` as const;
const hashB = `0x${'b'.repeat(64)}` as const;

function temporary(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-home-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return homePaths(join(directory, 'home'));
}

const voteStateIn = (keys: string) => {
  const store = createVoteStateStore(keys, {});
  const state = store.read();
  store.close();
  return state;
};

const firstState = (key: PublicKey, genesis: Hash) => ({
  key,
  genesis,
  voteState: initialVoteState(genesis),
  bodies: [],
});

test('keys are made with their vote state, readable by the owner only, and never overwritten', (t) => {
  const paths = temporary(t);
  const made = makeValidatorKeys(paths, hashA);
  assert.deepEqual(voteStateIn(paths.keys), firstState(made.validator.publicKey, hashA));
  assert.equal(statSync(join(paths.keys, 'validator-key.json')).mode & 0o777, 0o600);
  assert.equal(statSync(paths.keys).mode & 0o777, 0o700);
  assert.throws(() => makeValidatorKeys(paths), { code: 'KEY_EXISTS' });
  assert.equal(readValidatorKeys(paths)?.validator.publicKey, made.validator.publicKey);
});

test('keys whose making a crash interrupted are made to the end, with those that are there', (t) => {
  const paths = temporary(t);
  prepareHome(paths);
  initVoteState(
    paths.keys,
    { key: createSigner(new Uint8Array(32)).publicKey, genesis: hashA },
    initialVoteState(hashA),
  );
  writeKeyFile(paths.keys, 'node');
  writeKeyFile(paths.keys, 'vrf');
  const vrf = readPublicKey(paths.keys, 'vrf');
  assert.throws(() => makeValidatorKeys(paths, hashB), { code: 'KEY_EXISTS' });
  const made = makeValidatorKeys(paths, hashA);
  assert.equal(made.vrf.publicKey, vrf);
  assert.deepEqual(voteStateIn(paths.keys), firstState(made.validator.publicKey, hashA));
  assert.throws(() => makeValidatorKeys(paths, hashA), { code: 'KEY_EXISTS' });
});

test('no key is made beside a vote state that is in use', (t) => {
  const paths = temporary(t);
  makeValidatorKeys(paths, hashA);
  const store = createVoteStateStore(paths.keys, { genesis: hashA });
  store.write({ ...initialVoteState(hashA), watermark: { view: toView(1), step: 'prepare' } }, [], []);
  store.close();
  rmSync(join(paths.keys, 'validator-key.json'));
  assert.throws(() => makeValidatorKeys(paths, hashA), { code: 'KEY_EXISTS' });
});

test('[5-whose-vote-state] a vote state made before the chain is bound to its genesis once', (t) => {
  const paths = temporary(t);
  const { publicKey } = makeValidatorKeys(paths).validator;
  assert.deepEqual(Object.keys(voteStateIn(paths.keys)!).sort(), ['bodies', 'key', 'voteState'], 'no chain yet');
  bindVoteState(paths, hashA);
  assert.deepEqual(voteStateIn(paths.keys), firstState(publicKey, hashA));
  assert.throws(() => bindVoteState(paths, hashB), { code: 'VOTE_STATE_OTHER_CHAIN' });
  assert.deepEqual(voteStateIn(paths.keys), firstState(publicKey, hashA));
});

test('[5-whose-vote-state] what was made with another key stays of that key, also when the chain becomes known', (t) => {
  const [paths, old] = [temporary(t), temporary(t)];
  const { publicKey } = makeValidatorKeys(paths).validator;
  const copied = makeValidatorKeys(old, hashA).validator.publicKey;
  for (const kind of ['validator', 'vrf']) {
    copyFileSync(join(old.keys, `${kind}-key.json`), join(paths.keys, `${kind}-key.json`));
  }
  bindVoteState(paths, hashA);
  assert.equal(readValidatorKeys(paths)?.validator.publicKey, copied);
  const found = voteStateIn(paths.keys)!;
  assert.equal(found.key, publicKey);
  assert.ok(isOfAnotherKey(found, copied));
});

test('[5-whose-vote-state] keys of one chain are not given the genesis of another', (t) => {
  const [paths, other] = [temporary(t), temporary(t)];
  makeValidatorKeys(paths, hashA);
  const { genesis } = initDevelopmentHome(other, { genesisTime: 1_700_000_000_000 });
  assert.throws(() => installGenesis(paths, genesisFileText(genesis)), { code: 'VOTE_STATE_OTHER_CHAIN' });
  assert.ok(!existsSync(paths.genesis));
});

for (const slotDurationMs of [250, 333, 1000, 5000]) {
  test(`a development genesis with slots of ${slotDurationMs} ms passes every check of a genesis`, (t) => {
    const paths = temporary(t);
    const accounts = newDevelopmentAccounts();
    const validators = [genesisValidator(makeValidatorKeys(paths), 'dev', accounts[0].address, developmentStake)];
    const genesis = developmentGenesis({ genesisTime: 1_700_000_000_000, slotDurationMs, accounts, validators });
    const opened = openGenesis(createCrypto(), genesis);
    assert.ok(opened.ok, JSON.stringify(opened));
    addDevelopmentKeys(paths.home, accounts);
    assert.equal(statSync(join(paths.keys, 'accounts/treasury.json')).mode & 0o777, 0o600);
  });
}

test('a development home has genesis, bound vote state and the keys that genesis names; it cannot change its chain', (t) => {
  const paths = temporary(t);
  const made = initDevelopmentHome(paths, { genesisTime: 1_700_000_000_000 });
  assert.equal(made.genesis.validators[0]?.key, readValidatorKeys(paths)?.validator.publicKey);
  assert.deepEqual(voteStateIn(paths.keys), firstState(made.genesis.validators[0]!.key, made.hash));
  assert.equal(installGenesis(paths, genesisFileText(made.genesis)).hash, made.hash);
  const other = genesisFileText({ ...made.genesis, genesis_time: 0 });
  assert.throws(() => installGenesis(paths, other), { code: 'OTHER_CHAIN' });
});

test('a development home whose making was interrupted is finished with the keys it has', (t) => {
  const paths = temporary(t);
  const keys = makeValidatorKeys(paths);
  const made = initDevelopmentHome(paths, { genesisTime: 1_700_000_000_000 });
  assert.equal(made.genesis.validators[0]?.key, keys.validator.publicKey);
  assert.deepEqual(voteStateIn(paths.keys), firstState(keys.validator.publicKey, made.hash));
});
