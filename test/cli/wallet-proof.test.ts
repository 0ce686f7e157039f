/** `wallet verify` on account proofs: what an outsider believes of a running chain, with its genesis file alone. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  type AccountProofAnswer,
  accountFromSecret,
  type Client,
  clientCrypto,
  createClient,
  type EpochLink,
  type GenesisAnswer,
  idOfTransaction,
  reachEpoch,
  type TransactionProofAnswer,
  trustGenesis,
  verifyAccountProof,
} from '../../client/index.js';
import type { Address } from '../../ledger/values/text.js';
import { Server } from '../../server/server.js';
import { hangGuardMs } from '../hang-guard.js';
import { run, temporaryHome } from './programs.js';

const home = temporaryHome(undefined as never);
const file = (name: string): string => join(home, name);
const server = new Server({ home: file('node'), slotDurationMs: 250, slotsPerEpoch: 2, logLevel: 'silent' });
let client: Client;
let shop: Address;
let proof: AccountProofAnswer;
const unseen = accountFromSecret(new Uint8Array(32).fill(99), 'sl').address;

const save = (name: string, value: unknown): string => {
  writeFileSync(file(name), JSON.stringify(value));
  return file(name);
};
const verify = (proofFile: string, ...args: string[]) =>
  run('wallet', home, ['verify', proofFile, ...args], { env: { SLOTLEDGER_NODE: client.url } });
const genesis = ['--genesis', file('node/genesis.json')];

before(async () => {
  await server.start(0);
  client = createClient({ url: `http://127.0.0.1:${server.httpPort}` });
  shop = (await client.genesis()).accounts.find(({ name }) => name === 'shop')!.address;
  const deadline = Date.now() + hangGuardMs;
  do {
    await client.waitUntilFinal((await client.faucet(shop, 7)).id);
    await new Promise((resolve) => setTimeout(resolve, 100));
    proof = await client.accountProof(shop);
  } while ((proof.header.epoch < 3 || (await client.epochLinks(0)).length < 4) && Date.now() < deadline);
  save('proof.json', proof);
});
after(() => server.stop());

test('a balance is proved with the genesis file, over closing blocks that the node tells', async () => {
  const shown = await verify(file('proof.json'), '--account', shop, ...genesis);
  assert.equal(shown.code, 0, shown.stderr);
  const { index, epoch } = proof.header;
  const [first, second, third] = shown.stdout.trim().split('\n');
  assert.equal(first, `✔ epoch: The validators of epoch ${epoch} follow from genesis by final closing blocks.`);
  assert.match(
    second!,
    new RegExp(`^✔ certificate: Block ${index} of dev-[0-9a-f]+ is final by 1 of 1 validators with 100 %`),
  );
  assert.match(third!, new RegExp(`^✔ account: ${shop} held [0-9,.]+ [A-Z]+ after block ${index}\\.$`));
  const json = await verify(file('proof.json'), '--account', shop, ...genesis, '--output', 'json');
  const { holds, proved } = JSON.parse(json.stdout) as { holds: boolean; proved: Record<string, unknown> };
  assert.deepEqual(
    [holds, proved.address, proved.balance, proved.index, proved.block, proved.stake],
    [true, shop, proof.entry!.balance, index, proof.header.hash, proved.total_stake],
  );
});

test('a balance is proved with a set that is trusted, without a node', async () => {
  const set = save('epoch.json', await client.epoch(proof.header.epoch));
  const args = ['verify', file('proof.json'), '--account', shop, '--epoch', set, '--node', 'http://127.0.0.1:1'];
  const shown = await run('wallet', home, args);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /smallest units after block/);
});

test('an account that was never seen is proved to be so', async () => {
  const shown = await verify(save('unseen.json', await client.accountProof(unseen)), '--account', unseen, ...genesis);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /✔ account: sl1\S+ was never seen up to block/);
});

test('what does not hold is told with exit code 1 and the check that fails', async () => {
  const changed: readonly (readonly [what: string, value: unknown, said: RegExp])[] = [
    ['balance', { ...proof, entry: { ...proof.entry, balance: 1 } }, /✘ account: The proof does not show this entry/],
    ['votes', { ...proof, certificate: { ...proof.certificate, view: 1 } }, /✘ certificate: .* is not final/],
    ['form', { ...proof, certificate: 7 }, /✘ form: .*At certificate: /],
    ['later', { ...proof, header: { ...proof.header, epoch: 9_999_999 } }, /✘ epoch: .*has not come to epoch 9999999/],
  ];
  for (const [what, value, said] of changed) {
    const shown = await verify(save(`${what}.json`, value), '--account', shop, ...genesis);
    assert.equal(shown.code, 1, `${what}: ${shown.stderr}`);
    assert.match(shown.stdout, said, what);
    assert.match(shown.stderr, /^error: .* does not hold\./, what);
  }
  const another = await verify(file('proof.json'), '--account', unseen, ...genesis);
  assert.equal(another.code, 1);
  const set = await client.epoch(proof.header.epoch);
  const stranger = { ...set, validators: set.validators.map((one) => ({ ...one, key: one.vrf_key })) };
  const wrong = await verify(file('proof.json'), '--account', shop, '--epoch', save('wrong.json', stranger));
  assert.equal(wrong.code, 1, wrong.stderr);
});

test('a block is final by a set that is trusted, and by no other', async () => {
  const answer = await client.block('latest');
  const { block, certificate } = answer;
  const set = await client.epoch(certificate.epoch);
  const judged = async (given: unknown, trusted: unknown) => {
    const { code, stdout, stderr } = await verify(save('block.json', given), '--epoch', save('set.json', trusted));
    const failed = stdout.split('\n').filter((line) => line.startsWith('✘'));
    return [code, ...failed.map((line) => line.slice(2, line.indexOf(':'))), code === 2 ? stderr.slice(0, 7) : ''];
  };
  assert.deepEqual(await judged(answer, set), [0, '']);
  // What a file says about its own hash counts for nothing.
  assert.deepEqual(await judged(answer, { ...set, validators_hash: block.hash }), [0, '']);
  const strangers = set.validators.map((one) => ({ ...one, key: one.vrf_key }));
  const forged = await judged(answer, { ...set, validators: strangers });
  assert.deepEqual(forged, [1, 'validators_hash', 'certificate', '']);
  const bought = set.validators.map((one) => ({ ...one, stake: one.stake + 1 }));
  assert.deepEqual(await judged(answer, { ...set, validators: bought }), [1, 'validators_hash', '']);
  const prepared = { ...answer, certificate: { ...certificate, phase: 'prepare' } };
  assert.deepEqual(await judged(prepared, set), [1, 'certificate', '']);
  const moved = { ...answer, certificate: { ...certificate, view: certificate.view + 1 } };
  assert.deepEqual(await judged(moved, set), [1, 'certificate', '']);
  for (const wrong of [
    { ...set, number: set.number + 1 },
    ...[[null], [{}], [1], [], 'x'].map((validators) => ({ ...set, validators })),
  ]) {
    assert.deepEqual(await judged(answer, wrong), [2, 'error: ']);
  }
});

test('another chain of the same name is not believed', async () => {
  const other = JSON.parse(readFileSync(file('node/genesis.json'), 'utf8')) as GenesisAnswer;
  const named = save('other.json', { ...other, genesis_time: other.genesis_time + 1 });
  const shown = await verify(file('proof.json'), '--account', shop, '--genesis', named);
  assert.equal(shown.code, 1);
  assert.match(shown.stdout, /✘ form: .*This is for another chain/);
});

test('what is missing is asked for, one thing at a time', async () => {
  const cases: readonly (readonly [args: string[], said: RegExp])[] = [
    [['--account', shop], /^error: A proof proves nothing without something to trust\./],
    [['--account', shop, ...genesis, '--epoch', 'x'], /^error: A proof is checked against one thing that is trusted/],
    [[...genesis], /^error: A proof does not say whose account it is about\./],
    [['--account', 'shop', ...genesis], /^error: --account shop is not an address\./],
    [['--account', shop, '--genesis', file('proof.json')], /^error: .*This is no genesis: /],
    [['--account', shop, '--epoch', file('proof.json')], /^error: .* does not hold the validators of an epoch\./],
  ];
  for (const [args, said] of cases) {
    const shown = await verify(file('proof.json'), ...args);
    assert.equal(shown.code, 2, shown.stderr);
    assert.match(shown.stderr, said);
  }
});

test('a program goes from genesis to a balance, and a node that lies on the way is not followed', async () => {
  const trust = trustGenesis(clientCrypto, await client.genesis());
  assert.ok(trust.ok);
  const { chain, epoch } = trust.value;
  assert.equal(chain, proof.header.chain);
  const reached = await reachEpoch(clientCrypto, chain, epoch, client, proof.header.epoch);
  assert.ok(reached.ok, JSON.stringify(reached));
  const entry = verifyAccountProof(clientCrypto, chain, reached.value, shop, proof);
  assert.deepEqual(entry, { ok: true, value: proof.entry });
  const lying =
    (change: (link: EpochLink) => EpochLink): Client['epochLinks'] =>
    async (after, options) =>
      (await client.epochLinks(after, options)).map(change);
  const liars: readonly Partial<Client>[] = [
    { epochLinks: lying((link) => ({ ...link, validators: [] })) },
    {
      epochLinks: lying((link) => ({
        ...link,
        validators: link.validators.map((one) => ({ ...one, stake: 1 as typeof one.stake })),
      })),
    },
    { epochLinks: lying((link) => ({ ...link, certificate: proof.certificate })) },
    { epochLinks: lying((link) => ({ ...link, header: proof.header })) },
    { epochLinks: async () => [] },
  ];
  for (const liar of liars) {
    const way = await reachEpoch(clientCrypto, chain, epoch, { ...client, ...liar }, proof.header.epoch);
    assert.equal(way.ok, false);
  }
  assert.equal((await reachEpoch(clientCrypto, chain, reached.value, client, 0)).ok, false);
});

/** No node is asked. */
const offline = (proofFile: string, ...args: string[]) =>
  run('wallet', home, ['verify', proofFile, ...args, '--node', 'http://127.0.0.1:1']);
const proveIt = (...args: string[]) =>
  run('wallet', home, ['prove', ...args], { env: { SLOTLEDGER_NODE: client.url } });

test('a proof of an account goes anywhere: it is checked with the genesis file alone', async () => {
  const shown = await proveIt('shop');
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stderr, new RegExp(`checks it with: wallet verify FILE --account ${shop} --genesis genesis.json`));
  const whole = JSON.parse(shown.stdout) as AccountProofAnswer & { links: EpochLink[] };
  assert.ok(whole.links.length >= 3);
  const checked = await offline(save('whole.json', whole), '--account', shop, ...genesis);
  assert.equal(checked.code, 0, checked.stderr);
  assert.match(checked.stdout, /follow from genesis by final closing blocks\.\n.*\n✔ account: /);
  const wrong: readonly (readonly [links: unknown, said: RegExp])[] = [
    [[], /The links of the proof lead to epoch 0, not to epoch \d+\./],
    [whole.links.slice(1), /✘ epoch: Block \d+ is of epoch \d+, not of 0\./],
    [whole.links.slice(0, -1), /The links of the proof lead to epoch \d+, not to epoch \d+\./],
    [[null], /✘ epoch: There is no header\./],
    [{}, /✘ epoch: At links: A list is expected\./],
  ];
  for (const [links, said] of wrong) {
    const refused = await offline(save('wrong-links.json', { ...whole, links }), '--account', shop, ...genesis);
    assert.equal(refused.code, 1, refused.stderr);
    assert.match(refused.stdout, said);
  }
});

test('a payment is proved to be final, and another one is not', async () => {
  const { id } = await client.waitUntilFinal((await client.faucet(shop, 9)).id);
  const shown = await proveIt(id);
  assert.equal(shown.code, 0, shown.stderr);
  const whole = JSON.parse(shown.stdout) as TransactionProofAnswer & { links: EpochLink[] };
  const checked = await offline(save('payment.json', whole), ...genesis);
  assert.equal(checked.code, 0, checked.stderr);
  const { index, slot } = whole.header;
  const [, certificate, transaction] = checked.stdout.trim().split('\n');
  assert.match(certificate!, /^✔ certificate: Block \d+ of dev-[0-9a-f]+ is final by 1 of 1 validators with 100 %/);
  const paid = `${id} stands in block ${index}, slot ${slot}: ${whole.transaction.from} paid 0.009 SLOT to ${shop}.`;
  assert.equal(transaction, `✔ transaction: ${paid}`);
  const json = await offline(file('payment.json'), ...genesis, '--output', 'json');
  const { holds, proved } = JSON.parse(json.stdout) as { holds: boolean; proved: Record<string, unknown> };
  assert.deepEqual([holds, proved.id, proved.index, proved.block], [true, id, index, whole.header.hash]);
  const more = { ...whole.transaction, outputs: [{ to: shop, amount: 900 }] };
  const forged = await offline(save('forged.json', { ...whole, transaction: more }), ...genesis);
  assert.equal(forged.code, 1);
  assert.match(forged.stdout, /✘ transaction: The proof does not show this transaction in block/);
  const unknown = await proveIt(`0x${'7'.repeat(64)}`);
  assert.equal(unknown.code, 8);
  assert.match(unknown.stderr, /^error: This node knows no transaction 0x7/);
});

test('the validators that a proof led to are kept and trusted the next time, and a way may begin with them', async () => {
  const kept = file('kept.json');
  const first = await offline(file('whole.json'), '--account', shop, ...genesis, '--save-epoch', kept);
  assert.equal(first.code, 0, first.stderr);
  const { number } = JSON.parse(readFileSync(kept, 'utf8')) as { number: number };
  const after = await proveIt('shop', '--after', String(number));
  assert.equal(after.code, 0, after.stderr);
  const whole = JSON.parse(after.stdout) as { links: EpochLink[] };
  assert.ok(whole.links.every(({ header }) => header.next_epoch!.number > number));
  const checked = await offline(save('later.json', whole), '--account', shop, '--epoch', kept);
  assert.equal(checked.code, 0, checked.stderr);
  const known = await offline(file('whole.json'), '--account', shop, '--epoch', kept);
  assert.equal(known.code, 0, 'links to what is trusted already are not needed');
  const [paid] = (await client.block(1)).block.transactions;
  const wrong = await proveIt('shop', '--after', 'x');
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /^error: --after x is no epoch\./);
  const old = await proveIt(idOfTransaction(paid!), '--after', String(number));
  assert.equal(old.code, 2);
  assert.match(old.stderr, /^error: What is to be proved is of epoch 0, before epoch \d+\.\n.*Leave --after out/);
  const none = await offline(save('bare.json', await client.block('latest')), '--save-epoch', file('none.json'));
  assert.equal(none.code, 2);
});

test('of a chain on which only genesis is final nothing is to be proved, and the node is not said to lie', async (t) => {
  const fresh = new Server({ home: file('fresh'), logLevel: 'silent' });
  await fresh.start(0);
  t.after(() => fresh.stop());
  const shown = await run('wallet', home, ['prove', 'treasury', '--node', `http://127.0.0.1:${fresh.httpPort}`]);
  assert.equal(shown.code, 2, shown.stderr);
  assert.match(
    shown.stderr,
    /^error: No block but genesis is final on dev-[0-9a-f]{32}, .*\n {2}fix: .* after the first/,
  );
});
