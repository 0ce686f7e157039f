/** What happens before what: effects in order, written before sent, stored before answered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Effect } from '../../../consensus/effect.js';
import type { Input } from '../../../consensus/input.js';
import { genesisState } from '../../../ledger/genesis-state.js';
import { createOverlay } from '../../../ledger/overlay.js';
import type { Block } from '../../../ledger/values/block.js';
import { toEpoch, toSlot } from '../../../ledger/values/numbers.js';
import type { Hash, PublicKey } from '../../../ledger/values/text.js';
import { createBlockTree } from '../../../server/replica/block-tree.js';
import { createFinalBlocks, type FinalBlocks } from '../../../server/replica/final-blocks.js';
import { createInputQueue } from '../../../server/replica/input-queue.js';
import type { FinalBlock, LedgerStore } from '../../../server/replica/ports.js';
import { initialVoteState, recover } from '../../../server/replica/recover.js';
import { maxUnfinalBlocks } from '../../../server/replica/replica-limits.js';
import { createEffectRunner, type EffectRunnerOptions } from '../../../server/replica/run-effect.js';
import type { Checked, MessageChecks } from '../../../server/replica/verify-message.js';
import { testContext } from '../../ledger/test-chain.js';
import { cluster } from '../replica-cluster.js';
import { chainOfOne, pay } from './chain-of-one.js';

/** A store that holds genesis and notes what it is given. */
function genesisStore(context: ReturnType<typeof testContext>) {
  const state = createOverlay({ get: () => undefined, node: () => undefined });
  state.absorb(genesisState(context).changes);
  const appended: number[] = [];
  const genesis = { hash: context.genesisHash, index: 0, slot: 0, epoch: 0 };
  const store = {
    get: state.get,
    node: state.node,
    tip: () => ({ ...genesis, view: 0 }),
    header: () => genesis,
    blockByIndex: () => genesis,
    blockByHash: () => undefined,
    append: (finals: readonly FinalBlock[]) => void appended.push(...finals.map(({ block }) => block.index)),
  } as unknown as LedgerStore;
  return { store, appended };
}

test('an input that an effect feeds waits until all effects of the present one are carried out', () => {
  const done: string[] = [];
  const queue = createInputQueue(
    ({ type }) => ['first', 'second'].map((which) => ({ type: `${type} ${which}` }) as unknown as Effect),
    ({ type }) => {
      done.push(type);
      if ((type as string) === 'vote first') queue.feed({ type: 'certificate', now: 0 } as Input);
    },
  );
  queue.start();
  queue.feed({ type: 'vote', now: 0 } as Input);
  assert.deepEqual(done, ['vote first', 'vote second', 'certificate first', 'certificate second']);
});

test('[5-persist-first] [5-bodies] the vote state is written, with the bodies it names, before the effect ends', () => {
  const blocks = ['0xa', '0xb'].map((hash) => ({ hash }) as Block);
  const written: unknown[] = [];
  const run = createEffectRunner({
    voteState: { read: () => undefined, write: (...all) => void written.push(all) },
    tree: { get: (hash) => blocks.find((block) => block.hash === hash) },
  } as EffectRunnerOptions);
  const vote_state = initialVoteState('0xa');
  run({ type: 'persist', vote_state, bodies: ['0xa', '0xb'] });
  assert.deepEqual(written, [[vote_state, blocks, ['0xa', '0xb']]]);
});

test('[5-bodies-stay] a leader that lacks the block it proposes again asks for it, and sends no half of a proposal', () => {
  const [fetched, sent]: [unknown[], unknown[]] = [[], []];
  const run = createEffectRunner({
    tree: { get: () => undefined },
    ledger: { blockByHash: () => undefined },
    fetcher: { fetch: (hash: unknown) => void fetched.push(hash) },
    network: { broadcast: (message: unknown) => void sent.push(message) },
    onSigned: () => {},
  } as unknown as EffectRunnerOptions);
  const proposal = { block: '0xa', signature: '0x1' };
  run({ type: 'broadcast', message: { type: 'proposal', proposal, justify: {} } } as unknown as Effect);
  assert.deepEqual([fetched, sent], [['0xa'], []]);
});

test('[5-lost-vote-state] a validator without a vote state knows that it was lost, an observer never had one', () => {
  const context = testContext({});
  const { store } = genesisStore(context);
  const found = (key?: PublicKey) =>
    recover(store, context.genesisHash, undefined, key, toSlot(7), context.genesis.parameters);
  assert.deepEqual(found('0x1').voteStateLost, { clockSlot: 7 });
  assert.equal(found().voteStateLost, undefined);
});

test('[8-durable] finality is answered when the block is in the store, not before', () => {
  const nodes = cluster(['v1']);
  const [member] = nodes.members;
  nodes.time.runUntil(1500);
  pay(nodes, 0);
  nodes.time.runUntil(5000, () => member!.events.some(({ type }) => type === 'final'));
  assert.equal(member!.events.filter(({ type }) => type === 'final').length, 1);
  assert.equal(member!.blocks.length, 2);
});

test('[8-in-order] a finality that leads to the next at once goes to the store before it', () => {
  const { nodes, blocks, finality } = chainOfOne();
  const { store, appended } = genesisStore(nodes.context);
  const [first, second] = blocks;
  const tree = createBlockTree(nodes.context, store, { kept: () => [], onForgotten: assert.fail });
  const finals: FinalBlocks = createFinalBlocks({
    crypto: nodes.context.crypto,
    store,
    tree,
    onFinal: (tip) => tip === first && finals.finalise(second!.hash, finality[1]!),
    onStored: () => {},
    onMissing: assert.fail,
    onFatal: assert.fail,
    checks: undefined as never,
  });
  for (const block of [first!, second!]) tree.add(block);
  finals.finalise(first!.hash, finality[0]!);
  assert.deepEqual(appended, [1, 2]);
});

for (const moreFollow of [false, true]) {
  test(`the store hears that more follow a part of a page, ${moreFollow ? 'and the page' : 'and not the last part'}`, () => {
    const { nodes, blocks, finality } = chainOfOne();
    const { store } = genesisStore(nodes.context);
    const said: unknown[] = [];
    const hearing: LedgerStore = {
      ...store,
      append: (finals, _, more) => void said.push([finals.map(({ block }) => block.index), more]),
    };
    const finals = createFinalBlocks({
      crypto: nodes.context.crypto,
      store: hearing,
      tree: createBlockTree(nodes.context, hearing, { kept: () => [], onForgotten: assert.fail }),
      onFinal: () => {},
      onStored: () => {},
      onMissing: assert.fail,
      onFatal: assert.fail,
      checks: { certificate: () => 'good' } as unknown as MessageChecks,
    });
    finals.applyPage({ blocks, finality }, moreFollow);
    assert.deepEqual(said, [
      [[1, 2], true],
      [[3, 4], moreFollow],
    ]);
  });
}

test('[7-proved] a certificate told in place of blocks makes nothing final that is no finality of the epoch, or does not hold', () => {
  const { nodes, blocks, finality, certificateOf } = chainOfOne();
  const { store, appended } = genesisStore(nodes.context);
  const tree = createBlockTree(nodes.context, store, { kept: () => [], onForgotten: assert.fail });
  let verdict: Checked = { bad: 'forged' };
  const finals = createFinalBlocks({
    crypto: nodes.context.crypto,
    store,
    tree,
    onFinal: () => {},
    onStored: () => {},
    onMissing: assert.fail,
    onFatal: assert.fail,
    checks: { certificate: () => verdict } as unknown as MessageChecks,
  });
  tree.add(blocks[0]!);
  assert.match(finals.follow(finality[0]!) ?? '', /does not hold/);
  verdict = 'good';
  assert.match(finals.follow(certificateOf(blocks[0]!, 'prepare')) ?? '', /not a finality certificate/);
  assert.match(finals.follow({ ...finality[0]!, epoch: toEpoch(1) }) ?? '', /not a finality certificate of its epoch/);
  assert.deepEqual(appended, []);
  assert.equal(finals.follow(finality[0]!), undefined);
  assert.deepEqual(appended, [1]);
  assert.match(finals.follow(finality[0]!) ?? '', /certificate of block 1 where those after block 1 were asked for/);
});

test('[5-bodies-stay] no flood of blocks takes from memory what the core keeps; of all else the core hears', () => {
  const { nodes, blocks } = chainOfOne();
  const { store } = genesisStore(nodes.context);
  const [first, second] = blocks;
  let kept: readonly Hash[] = [first!.hash];
  const forgotten: Hash[] = [];
  const tree = createBlockTree(nodes.context, store, {
    kept: () => kept,
    onForgotten: (hash) => void forgotten.push(hash),
  });
  const flood = (from: number): void => {
    for (let at = from; at < from + 2 * maxUnfinalBlocks; at += 1) tree.add({ ...second!, hash: `0x${at}` });
  };
  for (const block of [first!, second!]) tree.add(block);
  flood(1);
  assert.equal(tree.get(first!.hash), first);
  assert.equal(tree.get(second!.hash), undefined);
  assert.equal([...tree.unfinal()].length, maxUnfinalBlocks);
  assert.equal(forgotten[0], second!.hash);
  assert.equal(forgotten.length, 2 + 2 * maxUnfinalBlocks - maxUnfinalBlocks);
  kept = [];
  flood(1 + 2 * maxUnfinalBlocks);
  assert.equal(tree.get(first!.hash), undefined);
});
