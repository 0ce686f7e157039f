/** Final blocks from a peer: nothing of them is believed that a finality certificate of their own epoch does not prove. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { executeBlock, executeFinalRun } from '../../../ledger/execute-block.js';
import type { Block } from '../../../ledger/values/block.js';
import { blockHash, transactionsRoot } from '../../../ledger/values/identity.js';
import { toEpoch, toHeight, toSlot } from '../../../ledger/values/numbers.js';
import { genesisCertificate } from '../../../server/replica/recover.js';
import { maxUnfinalBytes, maxUnstoredInSync } from '../../../server/replica/replica-limits.js';
import { standInCrypto } from '../../ledger/stand-in-crypto.js';
import { cluster } from '../replica-cluster.js';
import { chainOfOne, newcomer, pay } from './chain-of-one.js';

const { blocks, finality, certificateOf, proposalOf } = chainOfOne();
const [first, closing, third] = blocks;

test('[7-proved] a page is final up to its last certificate, over an epoch change too', () => {
  const { replica, receive } = newcomer(20);
  assert.deepEqual(receive({ type: 'blocks', id: 0, blocks, finality }), { relay: false, peer: 'fine' });
  assert.equal(replica.head().final_index, 4);
  assert.equal(replica.head().epoch, 1);
});

test('[7-run] blocks of one epoch go to the store as one, each with the certificate that came with it', () => {
  const { nodes, member, receive } = newcomer(20);
  receive({ type: 'blocks', id: 0, blocks, finality });
  nodes.time.runUntil(20_010);
  assert.deepEqual(
    member.blocks.slice(1).map(({ hash }) => hash),
    blocks.map(({ hash }) => hash),
  );
  for (const [at, { hash }] of blocks.entries()) assert.deepEqual(member.certificates.get(hash), finality[at]);
});

test('[7-run] what is proved before a block that is not is final all the same', () => {
  const { replica, receive } = newcomer(20);
  const [one, two, three] = finality;
  const page = { blocks, finality: [one!, two!, three!, certificateOf(blocks[3]!, 'prepare')] };
  assert.equal(receive({ type: 'blocks', id: 0, ...page }).peer, 'ban');
  assert.equal(replica.head().final_index, 3);
});

test('[7-proved] a QC does not make a block final', () => {
  const { replica, receive } = newcomer(20);
  assert.equal(
    receive({ type: 'blocks', id: 0, blocks: [first!], finality: [certificateOf(first!, 'prepare')] }).peer,
    'ban',
  );
  assert.equal(replica.head().final_index, 0);
});

test('[7-proved] a block is certified by the set of its own epoch, not by an earlier one', () => {
  const { replica, receive } = newcomer(20);
  const ofOldSet = certificateOf(third!, 'commit', toEpoch(0));
  const [one, two] = finality;
  const page = { blocks: [first!, closing!, third!], finality: [one!, two!, ofOldSet] };
  assert.equal(receive({ type: 'blocks', id: 0, ...page }).peer, 'ban');
  assert.equal(replica.head().final_index, 2);
});

test('[7-proved] blocks after the last certificate of a page are refused', () => {
  const { replica, receive } = newcomer(20);
  assert.equal(receive({ type: 'blocks', id: 0, blocks, finality: finality.slice(0, 3) }).peer, 'ban');
  assert.equal(replica.head().final_index, 3);
});

test('[7-proved] of a page that does not hang together nothing is kept', () => {
  const { replica, receive } = newcomer(20);
  // The certificate proves the first and the last of these blocks, not the one between them.
  const page = { blocks: [first!, third!, closing!], finality: finality.slice(1, 2) };
  assert.equal(receive({ type: 'blocks', id: 0, ...page }).peer, 'ban');
  assert.equal(replica.status().unfinalBlocks, 0);
});

test('help that begins further on than this node is does no harm, and is no lie', () => {
  const { replica, receive } = newcomer(20);
  const page = { blocks: blocks.slice(2), finality: finality.slice(2) };
  assert.deepEqual(receive({ type: 'blocks', id: 0, ...page }), { relay: false, peer: 'fine' });
  assert.deepEqual([replica.head().final_index, replica.status().unfinalBlocks], [0, 0]);
});

test('help that nobody asked for waits for the disk, as what was asked for does', () => {
  const parameters = { slots_per_epoch: 1_000 };
  const nodes = cluster(['v1'], { parameters });
  const count = 2 * maxUnstoredInSync;
  for (let nonce = 0; nonce < count; nonce += 1) {
    nodes.time.runUntil(2_000 + nonce * 20);
    pay(nodes, nonce);
  }
  nodes.time.runUntil(nodes.time.now() + 2_000);
  const { blocks: made, certificates } = nodes.members[0]!;
  assert.equal(made.length, count + 1);
  const behind = newcomer(20, { parameters });
  const help = () => {
    for (const block of made.slice(1)) {
      behind.receive({ type: 'blocks', id: 0, blocks: [block], finality: [certificates.get(block.hash)!] });
    }
    return behind.replica.head().final_index;
  };
  assert.equal(help(), maxUnstoredInSync + 1);
  behind.nodes.time.runUntil(21_000);
  assert.equal(help(), count);
});

test('[3-hash] of a block that was asked for nothing but its own body is taken, and of one that was not, nothing', () => {
  const { replica, receive } = newcomer(20);
  const unasked = { type: 'block', id: 1, block: first! } as const;
  assert.deepEqual(receive(unasked), { relay: false, peer: 'fine' });
  assert.equal(replica.status().unfinalBlocks, 0);
  receive({ type: 'certificate', certificate: finality[0]! });
  const forged = { ...first!, transactions: closing!.transactions };
  assert.equal(receive({ ...unasked, block: forged }).peer, 'ban');
  assert.equal(replica.status().unfinalBlocks, 0);
  receive(unasked);
  assert.equal(replica.head().final_index, 1);
});

test('[5-proposal] who sends another block beside a proposal than the one it names is banned', () => {
  const { nodes, replica, receive } = newcomer(20);
  const proposal = proposalOf(first!, genesisCertificate(nodes.context.genesisHash));
  assert.equal(receive({ ...proposal, block: closing! }).peer, 'ban');
  assert.equal(receive({ ...proposal, justify: finality[0]! }).peer, 'ban');
  assert.equal(replica.status().unfinalBlocks, 0);
});

test('[6-catch-up] a message of a later epoch is kept until its set is known', () => {
  const { replica, receive } = newcomer(16);
  assert.equal(receive(proposalOf(third!, finality[1]!)).peer, 'fine');
  assert.equal(replica.status().unfinalBlocks, 0, 'not looked at yet');
  receive({ type: 'blocks', id: 0, blocks: [first!, closing!], finality: finality.slice(0, 2) });
  assert.equal(replica.head().final_index, 2);
  receive({ type: 'certificate', certificate: finality[2]! });
  assert.equal(replica.head().final_index, 3, 'its block came with the message that was kept');
});

test('[7-whole] another body under the header of a block is not passed on, whether that block is known or final', () => {
  const { replica, receive } = newcomer(20);
  const proposal = proposalOf(closing!, finality[0]!);
  const { block } = proposal;
  const forged = [
    { ...proposal, block: { ...block, transactions: block.transactions.slice(1) } },
    { ...proposal, block: { ...block, index: toHeight(block.index + 1) } },
  ];
  const areRefused = () => {
    for (const message of forged) assert.equal(receive(message).peer, 'ban');
  };
  receive({ type: 'blocks', id: 0, blocks: [first!], finality: finality.slice(0, 1) });
  areRefused();
  assert.deepEqual(receive(proposal), { relay: true, peer: 'fine' });
  areRefused();
  receive({ type: 'blocks', id: 0, blocks: [closing!], finality: finality.slice(1, 2) });
  assert.equal(replica.head().final_index, 2);
  areRefused();
});

test('[5-two-processes] a validator that hears its own key sign what it did not sign signs nothing any more', () => {
  const { nodes, member, replica, receive } = newcomer(2);
  receive(proposalOf(first!, genesisCertificate(nodes.context.genesisHash)));
  const alarms = member.events.filter(({ type }) => type === 'second_signer');
  assert.equal(alarms.length, 1);
  const { watermark } = replica.status().consensus;
  pay(nodes, 0);
  nodes.time.runUntil(10_000);
  assert.deepEqual(replica.status().consensus.watermark, watermark);
  assert.equal(replica.head().final_index, 0);
});

test('[5-lock-at-hand] the core hears of a block that large ones pushed out, and does not lock on it when its certificate comes', () => {
  const lockAfter = (flood: number): number => {
    const { nodes, replica, receive } = newcomer(3);
    const genesis = genesisCertificate(nodes.context.genesisHash);
    receive(proposalOf(first!, genesis));
    for (let round = 1; round <= flood; round += 1) receive(proposalOf(largeSibling(round), genesis));
    receive({ type: 'certificate', certificate: certificateOf(first!, 'prepare') });
    return replica.status().consensus.lock.view;
  };
  assert.notEqual(lockAfter(1), 0);
  assert.equal(lockAfter(12), 0);
});

test('what was pushed out, and what lost its height to a final block, takes no room any more', () => {
  const { nodes, replica, receive } = newcomer(3);
  const genesis = genesisCertificate(nodes.context.genesisHash);
  for (let round = 1; round <= 24; round += 1) receive(proposalOf(largeSibling(round), genesis));
  receive({ type: 'blocks', id: 0, blocks: [first!], finality: finality.slice(0, 1) });
  assert.equal(replica.status().unfinalBlocks, 0);
  for (const round of [0, 1]) receive(proposalOf(withHash({ ...closing!, round }), finality[0]!));
  assert.equal(replica.status().unfinalBlocks, 2);
});

for (const told of ['proposed', 'fetched'] as const) {
  test(`[5-lock-at-hand] a block, ${told}, that large ones pushed out while its transactions were checked can be shown by who locked on it`, () => {
    const underCheck: (() => void)[] = [];
    const { nodes, replica, receive } = newcomer(3, {
      checkAhead: (transactions, _, then) => (transactions === first!.transactions ? underCheck.push(then) : then()),
    });
    const genesis = genesisCertificate(nodes.context.genesisHash);
    const certificate = { type: 'certificate', certificate: certificateOf(first!, 'prepare') } as const;
    if (told === 'fetched') receive(certificate);
    receive(told === 'fetched' ? { type: 'block', id: 1, block: first! } : proposalOf(first!, genesis));
    for (let round = 1; round <= 12; round += 1) receive(proposalOf(largeSibling(round), genesis));
    for (const then of underCheck) then();
    receive(certificate);
    assert.equal(replica.status().consensus.lock.block, first!.hash);
    receive({ type: 'get_block', id: 7, hash: first!.hash });
    assert.deepEqual(nodes.sent.at(-1)?.message, { type: 'block', id: 7, block: first });
  });
}

test('[5-conflicting-finality] who sees another chain made final tells people, once, and keeps its own', () => {
  const { member, replica, receive } = newcomer(20);
  receive({ type: 'blocks', id: 0, blocks: [first!], finality: finality.slice(0, 1) });
  const beside = withHash({ ...first!, round: 1 });
  const above = withHash({ ...first!, index: toHeight(2), slot: toSlot(20), prev_hash: beside.hash });
  receive(proposalOf(above, certificateOf(beside, 'prepare')));
  const conflicts = () => member.events.filter(({ type }) => type === 'conflicting_finality').length;
  assert.equal(conflicts(), 0);
  for (let time = 0; time < 2; time += 1) receive({ type: 'certificate', certificate: certificateOf(above, 'commit') });
  assert.equal(conflicts(), 1);
  assert.equal(replica.head().final_hash, first!.hash);
});

const withHash = ({ hash: _, ...header }: Block): Block =>
  ({ ...header, hash: blockHash(standInCrypto, header) }) as Block;

/** Beside the first block, in another round; twelve of them are more than a node has room for. */
function largeSibling(round: number): Block {
  const [transaction] = first!.transactions;
  const transactions = [{ ...transaction!, memo: 'm'.repeat(maxUnfinalBytes / 11) }];
  const { hash: _, ...header } = {
    ...first!,
    round,
    transactions,
    tx_root: transactionsRoot(standInCrypto, transactions),
  };
  return { ...header, hash: blockHash(standInCrypto, header) } as Block;
}

test('[7-run] of many blocks that hang on one certificate a few are executed in a turn, and between them others are heard', () => {
  const runs: { at: number; blocks: number }[] = [];
  const nodes = cluster(['v1', 'v2', 'v3', 'v4'], {
    parameters: { slots_per_epoch: 1_000 },
    execute: {
      block: executeBlock,
      run(run) {
        runs.push({ at: nodes.time.now(), blocks: run.blocks.length });
        return executeFinalRun(run);
      },
    },
  });
  const behind = nodes.members[3]!;
  const others = nodes.members.slice(0, 3);
  nodes.time.runUntil(2_100);
  behind.stopped = true;
  let nonce = 0;
  while (others[0]!.blocks.length < 44) {
    pay(nodes, nonce);
    nonce += 1;
    nodes.time.runUntil(nodes.time.now() + 1_000);
  }
  assert.ok(nonce < 200);
  const tip = others[0]!.replica.head().final_index;
  runs.length = 0;
  behind.stopped = false;
  behind.replica.onPeer('0', others[0]!.replica.head());
  nodes.time.runUntil(nodes.time.now() + 900);
  assert.ok(behind.replica.head().final_index >= tip);
  assert.ok(runs.length >= 5 && runs.every(({ blocks }) => blocks <= 8), JSON.stringify(runs));
  assert.equal(new Set(runs.map(({ at }) => at)).size, runs.length, 'each in a turn of its own');
});
