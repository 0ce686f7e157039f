/** How several organisations make one genesis, with the real programs. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { run, temporaryHome } from './programs.js';

const address = 'sl1qqthmtd64ze5xegc73rmdmu63mm9yrjm0kq8zxn7wyugmkzznwgsv5g7yzt';

async function succeed(directory: string, ...args: readonly string[]): Promise<string> {
  const outcome = await run('server', directory, args, { cwd: directory });
  assert.equal(outcome.code, 0, outcome.stderr);
  return outcome.stdout;
}

/** A draft and the cards of three organisations, each with a home and an owner of its own. */
async function consortium(t: TestContext): Promise<string> {
  const directory = temporaryHome(t);
  await succeed(directory, 'genesis', 'new', 'draft.json', '--name', 'trade', '--start', '2027-01-31T12:00:00Z');
  for (const name of ['acme', 'bolt', 'crow']) {
    // A development home has a wallet without passwords: its treasury stands for the organisation's owner account.
    await succeed(directory, 'init', '--home', `${name}-wallet`);
    const { accounts } = JSON.parse(readFileSync(join(directory, `${name}-wallet/genesis.json`), 'utf8'));
    const owner = accounts.find((account: { name: string }) => account.name === 'treasury').address;
    const card = ['--name', name, '--owner', owner, '--stake', '100', '--balance', '5.5', '--card', `${name}.json`];
    await succeed(directory, 'genesis', 'join', 'draft.json', '--home', name, ...card);
  }
  return directory;
}

test('organisations that add the same cards in different orders get one genesis, and nodes accept it', async (t) => {
  const directory = await consortium(t);
  writeFileSync(join(directory, 'other.json'), readFileSync(join(directory, 'draft.json')));
  await succeed(directory, 'genesis', 'add', 'draft.json', 'acme.json', 'bolt.json', 'crow.json');
  await succeed(directory, 'genesis', 'add', 'other.json', 'crow.json');
  await succeed(directory, 'genesis', 'add', 'other.json', 'bolt.json', 'crow.json', 'acme.json');
  const [ours, theirs] = ['draft.json', 'other.json'].map((file) => readFileSync(join(directory, file), 'utf8'));
  assert.equal(ours, theirs);

  const shown = await succeed(directory, 'genesis', 'show', 'draft.json');
  const hash = /genesis\s+(0x[0-9a-f]{64})/.exec(shown)?.[1];
  assert.ok(hash !== undefined, shown);
  assert.match(shown, new RegExp(`chain\\s+trade-${hash.slice(2, 34)}\n`));
  assert.match(shown, /starts\s+2027-01-31T12:00:00.000Z/);
  assert.match(shown, /supply\s+316\.5 SLOT/);
  const verbatim = await succeed(directory, 'genesis', 'show', 'draft.json', '--output', 'json');
  assert.deepEqual(JSON.parse(verbatim), JSON.parse(ours!));

  const init = ['init', '--home', 'acme', '--genesis', 'draft.json', '--output', 'json'];
  const made = JSON.parse(await succeed(directory, ...init));
  assert.equal(made.genesis_hash, hash);
  assert.equal(made.validator_of_genesis, true);
  assert.deepEqual(JSON.parse(await succeed(directory, ...init)), made, 'again: nothing changes');
  assert.equal(await succeed(directory, 'genesis', 'show', '--home', 'acme'), shown);
});

test('a card that was changed is refused in one sentence, and nothing is added', async (t) => {
  const directory = await consortium(t);
  const before = readFileSync(join(directory, 'draft.json'), 'utf8');
  const card = JSON.parse(readFileSync(join(directory, 'bolt.json'), 'utf8'));
  writeFileSync(join(directory, 'bolt.json'), JSON.stringify({ ...card, stake: card.stake * 10 }));
  const args = ['genesis', 'add', 'draft.json', 'acme.json', 'bolt.json'];
  const outcome = await run('server', directory, args, { cwd: directory });
  assert.equal(outcome.code, 1);
  assert.match(
    outcome.stderr,
    /^error: bolt\.json: The card of bolt was changed after it was signed.*\.\n {2}fix: .*\n$/,
  );
  assert.equal(readFileSync(join(directory, 'draft.json'), 'utf8'), before);
});

test('a draft is no card and, before any is added, no genesis; both are said as such', async (t) => {
  const directory = await consortium(t);
  const asCard = await run('server', directory, ['genesis', 'add', 'draft.json', 'draft.json'], { cwd: directory });
  assert.match(asCard.stderr, /^error: draft\.json: It is no valid card \(at genesis\): /);
  const init = await run('server', directory, ['init', '--home', 'h', '--genesis', 'draft.json'], { cwd: directory });
  assert.equal(init.code, 1);
  assert.match(
    init.stderr,
    /^error: draft\.json is a draft without validators: no card .*\n {2}fix: .*`server genesis add`/,
  );
});

test('the keys of a home that has a chain sign no card for another', async (t) => {
  const home = temporaryHome(t);
  await succeed(home, 'init');
  await succeed(home, 'genesis', 'new', 'draft.json', '--name', 'trade');
  const card = ['--name', 'acme', '--owner', 'treasury', '--stake', '1', '--card', 'acme.json'];
  const joined = await run('server', home, ['genesis', 'join', 'draft.json', ...card]);
  assert.equal(joined.code, 4, joined.stderr);
  assert.match(
    joined.stderr,
    /^error: .* belongs to the chain dev-\w+, and draft\.json begins another\.\n {2}fix: Use/,
  );
  assert.equal(existsSync(join(home, 'acme.json')), false);
});

const refused: readonly (readonly [args: readonly string[], code: number, says: RegExp])[] = [
  [['genesis', 'new', 'x.json', '--name', 'Big Chain'], 2, /^error: name: A name of 1 to 32 lower-case letters/],
  [['genesis', 'new', 'x.json', '--name', 'a', '--parameter', 'speed=9'], 2, /^error: "speed" is not a parameter\./],
  [['genesis', 'new', 'x.json', '--name', 'a', '--slot-duration', '0.1'], 2, /^error: --slot-duration 0\.1 is not/],
  [['genesis', 'show', 'none.json'], 1, /^error: There is no file none\.json\./],
  [['genesis', 'show', '--home', 'h'], 1, /^error: There is no .*genesis\.json\./],
  [['init', '--home', 'h', '--genesis', 'none.json'], 1, /^error: There is no file none\.json\./],
];
for (const [args, code, says] of refused) {
  test(`server ${args.join(' ')}: refused in one sentence`, async (t) => {
    const home = temporaryHome(t);
    const outcome = await run('server', home, args, { cwd: home });
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, says);
    assert.equal(outcome.stderr.split('\n').length, 3, 'two lines');
  });
}

test('join refuses an owner that is neither an address nor a key, and makes no keys then', async (t) => {
  const directory = temporaryHome(t);
  await succeed(directory, 'genesis', 'new', 'draft.json', '--name', 'trade');
  const join = (owner: string) =>
    run('server', directory, ['genesis', 'join', 'draft.json', '--name', 'a', '--owner', owner, '--stake', '1']);
  assert.match((await join('nobody')).stderr, /^error: --owner nobody is neither an address that begins with sl1/);
  assert.match((await join(address)).stderr, /^error: --owner: The checksum of the address is wrong/);
  assert.throws(() => statSync(`${directory}/.slotledger`), { code: 'ENOENT' });
});

test('keygen prints public keys and never overwrites', async (t) => {
  const home = temporaryHome(t);
  const made = JSON.parse(await succeed(home, 'keygen', '--output', 'json'));
  assert.match(made.validator_key, /^0x[0-9a-f]{64}$/);
  const kept = readFileSync(join(home, '.slotledger/keys/validator-key.json'));
  const again = await run('server', home, ['keygen']);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /^error: .* keys are never overwritten\.\n/);
  assert.deepEqual(readFileSync(join(home, '.slotledger/keys/validator-key.json')), kept);
});

test('init makes a development chain once, and refuses to join another with its home', async (t) => {
  const home = temporaryHome(t);
  const made = JSON.parse(await succeed(home, 'init', '--slot-duration', '0.5', '--output', 'json'));
  assert.equal(made.validator_of_genesis, true);
  const shown = await succeed(home, 'genesis', 'show');
  assert.ok(shown.includes(`${made.chain} (development)`), shown);
  assert.match(shown, /slots\s+500 ms each/);
  const again = await run('server', home, ['init']);
  assert.match(again.stderr, /^error: .*belongs to the chain dev-[0-9a-f]{32} already\.\n {2}fix: Start it/);
  await succeed(home, 'init', '--home', 'other');
  const other = await run('server', home, ['init', '--genesis', 'other/genesis.json']);
  assert.equal(other.code, 4);
  assert.match(other.stderr, /^error: .* belongs to the chain dev-.*, and other\/genesis\.json is the genesis of dev-/);
});

test('a file that is no genesis, or a wrong option, leaves no home behind', async (t) => {
  const user = temporaryHome(t);
  writeFileSync(join(user, 'bad.json'), '{}');
  for (const words of [
    ['--genesis', 'bad.json'],
    ['--genesis', 'none.json'],
    ['--slot-duration', 'x'],
  ]) {
    const outcome = await run('server', user, ['init', '--home', 'h', ...words]);
    assert.notEqual(outcome.code, 0);
    assert.deepEqual(readdirSync(user), ['bad.json']);
  }
});
