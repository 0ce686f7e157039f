/** A replica over its ports: one validator alone, and four that lose one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAccount } from '../../../ledger/state-keys.js';
import { decodeBlock } from '../../../ledger/values/decode-block.js';
import { maxEvidencePerBlock } from '../../../ledger/values/limits.js';
import { toAmount, toNonce, toSlot } from '../../../ledger/values/numbers.js';
import { transactionSigningText } from '../../../ledger/values/signing.js';
import type { TransactionBody } from '../../../ledger/values/transaction.js';
import { person, TestChain } from '../../ledger/test-chain.js';
import { cluster } from '../replica-cluster.js';

function payment({ context }: ReturnType<typeof cluster>, nonce: number) {
  const { address, account } = person('ann');
  const body: TransactionBody = {
    chain: context.chain,
    type: 'transfer',
    from: address,
    nonce: toNonce(nonce),
    fee: toAmount(1),
    outputs: [{ to: person('bob').address, amount: toAmount(10) }],
  };
  return { ...body, signature: account.sign(transactionSigningText(body)) };
}

const pays = (nodes: ReturnType<typeof cluster>, at: number, nonce: number) =>
  nodes.members[at]!.replica.submit([payment(nodes, nonce)], () => {});

test('a validator alone makes a payment final at once, and then writes nothing', () => {
  const nodes = cluster(['v1']);
  const [only] = nodes.members;
  nodes.time.runUntil(1500);
  pays(nodes, 0, 0);
  nodes.time.runUntil(3000, () => only!.blocks.length > 1);
  assert.equal(only!.blocks.length, 2);
  assert.ok(nodes.time.now() < 1600, `final after ${nodes.time.now() - 1500} ms`);
  nodes.time.runUntil(4000);
  assert.equal(readAccount(only!.state, person('bob').address).balance, 1_000_010);
  const writes = only!.voteStateWrites;
  nodes.time.runUntil(20_000);
  assert.equal(only!.voteStateWrites, writes, 'an idle validator writes no vote state');
  assert.equal(only!.blocks.length, 2, 'an idle chain makes no blocks');
});

test('peers are told of a payment when it is on disk; a leader proposes what comes alone before', () => {
  const writeMs = 50;
  const nodes = cluster(['v1', 'v2', 'v3', 'v4'], { mempoolWriteMs: writeMs });
  nodes.time.runUntil(1500);
  const keys = [1, 2, 3, 4].map((n) => person(`v${n}`).validator.publicKey);
  const leader = keys.indexOf(nodes.members[0]!.replica.status().leader);
  pays(nodes, leader, 0);
  nodes.time.runUntil(1500 + writeMs - 1);
  const types = nodes.sent.filter(({ from, at }) => from === leader && at >= 1500).map(({ type }) => type);
  assert.ok(types.includes('new_block'), `${types}`);
  assert.ok(!types.includes('transactions'), `${types}`);
  nodes.time.runUntil(1500 + writeMs);
  assert.ok(nodes.sent.some(({ from, type }) => from === leader && type === 'transactions'));
});

test('four validators agree on every block, and go on when one stops', () => {
  const nodes = cluster(['v1', 'v2', 'v3', 'v4']);
  for (let nonce = 0; nonce < 5; nonce++) {
    pays(nodes, nonce % 4, nonce);
    nodes.time.runUntil(nodes.time.now() + 700);
  }
  nodes.time.runUntil(nodes.time.now() + 5000);
  nodes.members[3]!.stopped = true;
  nodes.members[3]!.replica.stop();
  pays(nodes, 0, 5);
  nodes.time.runUntil(nodes.time.now() + 60_000);
  const [first, ...others] = nodes.members.slice(0, 3);
  assert.equal(readAccount(first!.state, person('bob').address).balance, 1_000_060);
  for (const other of others) {
    assert.deepEqual(
      other.blocks.map(({ hash }) => hash),
      first!.blocks.map(({ hash }) => hash),
    );
  }
});

/** Three final blocks of a validator alone, as a page, and a new replica of the same chain. */
function pageAndNewcomer() {
  const nodes = cluster(['v1']);
  for (let nonce = 0; nonce < 3; nonce++) {
    pays(nodes, 0, nonce);
    nodes.time.runUntil(nodes.time.now() + 3000);
  }
  const { blocks, certificates } = nodes.members[0]!;
  const page = {
    blocks: blocks.slice(1),
    finality: blocks.slice(1).flatMap(({ hash }) => certificates.get(hash) ?? []),
  };
  assert.equal(page.blocks.length, 3);
  const newcomer = cluster(['v1']);
  const receive = (altered: Partial<typeof page>) =>
    newcomer.members[0]!.replica.receive('peer', { type: 'blocks', id: 0, ...page, ...altered });
  const finalIndex = () => newcomer.members[0]!.replica.head().final_index;
  return { page, receive, finalIndex };
}

test('final blocks of a peer are executed and become final', () => {
  const { receive, finalIndex } = pageAndNewcomer();
  assert.deepEqual(receive({}), { relay: false, peer: 'fine' });
  assert.equal(finalIndex(), 3);
});

test('a final block with another transaction, a gap or a forged certificate bans the peer and changes nothing', () => {
  const { page, receive, finalIndex } = pageAndNewcomer();
  const [first, second, third] = page.blocks;
  const richer = { ...first!, transactions: second!.transactions };
  assert.equal(receive({ blocks: [richer, second!, third!] }).peer, 'ban');
  assert.equal(finalIndex(), 0);
  const forged = page.finality.map((one) => ({
    ...one,
    signatures: one.signatures.map(() => `0x${'1'.repeat(128)}` as const),
  }));
  assert.equal(receive({ finality: forged }).peer, 'ban');
  assert.equal(finalIndex(), 0);
  assert.equal(receive({ blocks: [first!, third!] }).peer, 'ban');
  assert.equal(finalIndex(), 1);
});

test('a known certificate with forged signatures is checked like any other', () => {
  const nodes = cluster(['v1']);
  pays(nodes, 0, 0);
  nodes.time.runUntil(3000);
  const { replica, certificates } = nodes.members[0]!;
  const [certificate] = certificates.values();
  assert.equal(replica.receive('peer', { type: 'certificate', certificate: certificate! }).peer, 'fine');
  const forged = { ...certificate!, signatures: [`0x${'1'.repeat(128)}` as const] };
  assert.equal(replica.receive('peer', { type: 'certificate', certificate: forged }).peer, 'ban');
});

test('proofs that are more than a block may carry wait for the next one, and stop nobody', () => {
  const epochs = maxEvidencePerBlock + 4;
  const parameters = { slots_per_epoch: 2, unbonding_epochs: epochs };
  const nodes = cluster(['v1', 'v2', 'v3', 'v4'], { parameters });
  const [one] = nodes.members;
  for (let nonce = 0; nonce < epochs; nonce++) {
    nodes.time.runUntil(1500 + nonce * 2000);
    pays(nodes, 0, nonce);
  }
  nodes.time.runUntil(2500 + epochs * 2000);
  const known = one!.blocks.map(({ epoch }) => epoch as number);
  const offences = [...new Set(known)].map((epoch) => new TestChain().doubleVote('v4', epoch));
  assert.ok(offences.length > maxEvidencePerBlock, `${offences.length} epochs`);
  for (const evidence of offences) one!.replica.receive('1', { type: 'evidence', evidence });
  nodes.time.runUntil(nodes.time.now() + 10_000);
  const { chain, genesis } = nodes.context;
  const rules = { chain, prefix: genesis.address_prefix, parameters: genesis.parameters };
  for (const { blocks } of nodes.members) {
    assert.equal(blocks.flatMap(({ evidence = [] }) => evidence).length, offences.length);
    for (const block of blocks.slice(1)) assert.ok(decodeBlock(block, rules).ok, `a peer takes block ${block.index}`);
  }
});

test('of thousands that cannot go into a block any more, a leader looks at some in one draft', () => {
  const nodes = cluster(['v1']);
  const chain = new TestChain();
  nodes.time.runUntil(2_000);
  const reads = new Array<number>(3_000).fill(0);
  const late = reads.map((_, nonce) => {
    const outputs = [{ to: person('bob').address, amount: toAmount(1) }];
    const one = chain.sign('ann', { type: 'transfer', nonce, outputs });
    return Object.defineProperty(one, 'expires_slot', {
      get() {
        reads[nonce]! += 1;
        return toSlot(0);
      },
    });
  });
  nodes.members[0]!.replica.submit(late, () => {});
  const whenHandedIn = reads.at(-1)!;
  assert.equal(reads.filter((count) => count > whenHandedIn).length, 1_024);
});

test('[8-not-final-because] what waits behind a gap, or has only just come to an idle chain, is no chain that stands still', () => {
  const nodes = cluster(['v1', 'v2', 'v3', 'v4']);
  const [first, , third, fourth] = nodes.members;
  const because = () => first!.replica.status().notFinalBecause;
  nodes.time.runUntil(600_500);
  pays(nodes, 0, 0);
  nodes.time.runUntil(600_501);
  assert.equal(because(), undefined, 'a payment of a millisecond ago');
  nodes.time.runUntil(610_000);
  assert.equal(first!.blocks.length, 2);
  first!.replica.submit([payment(nodes, 5)], () => {});
  nodes.time.runUntil(640_000);
  assert.equal(first!.replica.status().pending, 1);
  assert.equal(because(), undefined, 'its sender is waited for, not the validators');
  for (const member of [third!, fourth!]) {
    member.stopped = true;
    member.replica.stop();
  }
  pays(nodes, 0, 1);
  nodes.time.runUntil(650_900);
  assert.match(
    because() ?? '',
    /^Nothing has become final for (9|10) seconds\. Block 0x[0-9a-f]{8}… has prepare votes of 2 of 4/,
  );
});
