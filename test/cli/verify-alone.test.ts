/** `wallet verify` of what somebody sends: exit code 0 says that what was asked for is shown, and nothing less. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { accountFromSecret, clientCrypto, signTransaction } from '../../client/index.js';
import { evidenceRoot, transactionsRoot } from '../../ledger/values/identity.js';
import { merkleProof } from '../../ledger/values/merkle.js';
import { toAmount, toNonce } from '../../ledger/values/numbers.js';
import { transactionJson } from '../../ledger/values/signing.js';
import { certificateFor, chain, epochOf, hash, headerOf } from '../client/light-chain.js';
import { run, temporaryHome } from './programs.js';

const home = temporaryHome(undefined as never);
const file = (name: string): string => join(home, name);
const save = (name: string, value: unknown): string => {
  writeFileSync(file(name), typeof value === 'string' ? value : JSON.stringify(value));
  return file(name);
};

const payer = accountFromSecret(new Uint8Array(32).fill(1), 'sl');
const shop = accountFromSecret(new Uint8Array(32).fill(2), 'sl').address;
const payment = signTransaction(
  {
    ...{ chain, type: 'transfer' as const, from: payer.address, nonce: toNonce(0), fee: toAmount(1) },
    ...{ memo: `x" and 900 to ${shop}`, outputs: [{ to: shop, amount: toAmount(7) }] },
  },
  payer.signer,
);
const set = epochOf(2, [1, 2, 3, 4]);
const { kind: _, ...kept } = set.entry;
const tx_root = transactionsRoot(clientCrypto, [payment]);
const header = headerOf(set, { tx_root, evidence_root: evidenceRoot(clientCrypto, []) });
const block = { ...header, transactions: [payment], evidence: [] };
const certificate = certificateFor(header, set, 3);
const proof = {
  ...{ transaction: payment, header, certificate, descendants: [] },
  proof: merkleProof(clientCrypto, [transactionJson(payment)], 0),
};
const epoch = ['--epoch', save('epoch.json', kept)];

/** @returns exit code, verdict of each check, and the error */
async function verify(value: unknown, ...args: string[]) {
  const given = save('given.json', value);
  const { code, stdout, stderr } = await run('wallet', home, [
    'verify',
    given,
    '--node',
    'http://127.0.0.1:1',
    ...args,
  ]);
  const checks = stdout.split('\n').flatMap((line) => /^([✔✘–]) (\w+): /.exec(line)?.slice(1, 3).join(' ') ?? []);
  return { code, checks, stdout, stderr };
}

test('a transaction without a proof does not pass where finality is asked for, and says that it shows none', async () => {
  const alone = await verify({ status: 'final', transaction: payment });
  assert.deepEqual([alone.code, alone.checks], [0, ['✔ id', '✔ signature', '– final']]);
  const { proof: __, ...withoutProof } = proof;
  for (const given of [payment, { status: 'final', transaction: payment }, { ...withoutProof, links: [] }]) {
    for (const asked of [epoch, ['--genesis', file('epoch.json')], ['--account', shop]]) {
      const refused = await verify(given, ...asked);
      assert.equal(refused.code, 2, refused.stdout);
      assert.match(
        refused.stderr,
        /^error: \S+ is a transaction without a proof: .*\n {2}fix: .*leave out --[a-z]+\.\n/,
      );
      assert.equal(refused.stdout, '');
    }
  }
});

test('a block whose certificate is missing, or of another block, does not pass where finality is asked for', async () => {
  const good = await verify({ block, certificate }, ...epoch);
  assert.equal(good.code, 0, good.stderr);
  assert.equal(good.checks.at(-1), '✔ certificate');
  const other = certificateFor(headerOf(set, { tx_root: hash('9') }), set, 3);
  for (const given of [{ block }, { block, certificate: other }]) {
    const [asked, bare] = [await verify(given, ...epoch), await verify(given)];
    assert.deepEqual([asked.code, asked.checks.at(-1)], [1, '✘ certificate'], asked.stdout);
    assert.deepEqual([bare.code, bare.checks.at(-1)], [0, '– certificate'], bare.stdout);
  }
  for (const asked of [
    ['--genesis', file('epoch.json')],
    ['--account', shop],
  ]) {
    const refused = await verify({ block, certificate }, ...asked);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /^error: \S+ is a block, which is checked against --epoch alone\./);
  }
});

test('a proof of a payment names its accounts; a memo does not end where it says so', async () => {
  const good = await verify(proof, ...epoch);
  assert.equal(good.code, 0, good.stderr);
  assert.ok(good.stdout.includes(`paid 7 smallest units to ${shop}, with the memo "x\\" and 900 to ${shop}".\n`));
  const refused = await verify(proof, ...epoch, '--account', shop);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^error: \S+ is a proof of a transaction, .*\n {2}fix: Leave out --account\.\n/);
});

test('validators that were kept are those of one chain', async () => {
  const path = file('kept.json');
  assert.equal((await verify(proof, ...epoch, '--save-epoch', path)).code, 0);
  const written = JSON.parse(readFileSync(path, 'utf8')) as object;
  assert.deepEqual(written, { ...kept, chain });
  for (const given of [proof, { block, certificate }]) {
    assert.equal((await verify(given, '--epoch', path)).code, 0);
    const elsewhere = save('elsewhere.json', { ...written, chain: `light-${'1'.repeat(32)}` });
    const refused = await verify(given, '--epoch', elsewhere);
    assert.equal(refused.code, 2, refused.stdout);
    assert.match(refused.stderr, /^error: \S+ holds validators of another chain than light-0{32}\./);
  }
});

test('what no node writes is refused in a sentence', async () => {
  const odd = { toString: 1, valueOf: 1 };
  const links = [{ header: { next_epoch: { number: odd } } }];
  for (const [given, code] of [
    [{ ...payment, from: odd }, 2],
    [{ block: { ...block, transactions: [{ from: odd }] }, certificate }, 2],
    [{ ...proof, transaction: { ...payment, from: odd } }, 1],
    [{ ...proof, header: { ...header, epoch: 3 }, links }, 1],
  ] as const) {
    const refused = await verify(given, ...('proof' in given ? epoch : []));
    assert.equal(refused.code, code, refused.stderr);
    assert.match(refused.stderr, /^error: \S+ (is neither|does not hold)/);
  }
});
