import assert from 'node:assert/strict';
import { test } from 'node:test';
import { genesisState } from '../../../ledger/genesis-state.js';
import { createOverlay, type Overlay } from '../../../ledger/overlay.js';
import type { StateChanges } from '../../../ledger/values/state.js';
import { createBlockTree } from '../../../server/replica/block-tree.js';
import type { LedgerStore } from '../../../server/replica/ports.js';
import { createUnstoredChanges } from '../../../server/replica/unstored-changes.js';
import type { TestChain } from '../../ledger/test-chain.js';
import { busyChain } from '../storage/final-chain.js';

const changesOf = (nodes: Record<string, string | null>): StateChanges => ({
  entries: new Map(),
  nodes: new Map(Object.entries(nodes)),
});

function genesisOverlay({ context }: TestChain): Overlay {
  const state = createOverlay({ get: () => undefined, node: () => undefined });
  state.absorb(genesisState(context).changes);
  return state;
}

test('what a later block changed back to what it was is not forgotten with the block that had it first', () => {
  const unstored = createUnstoredChanges();
  const blocks = [changesOf({ a: 'x' }), changesOf({ a: 'y', b: null }), changesOf({ a: 'x' })] as const;
  for (const block of blocks) unstored.add(block);
  assert.equal(unstored.node('a'), 'x');
  unstored.forget(blocks[0]);
  assert.equal(unstored.node('a'), 'x', 'the disk has y next');
  unstored.forget(blocks[1]);
  assert.equal(unstored.node('a'), 'x');
  assert.equal(unstored.node('b'), undefined);
  unstored.forget(blocks[2]);
  assert.equal(unstored.node('a'), undefined);
});

test('the state after the last final block is the same, however many of the blocks below it are on disk', () => {
  const { chain, finals } = busyChain(60);
  const disk = genesisOverlay(chain);
  const genesis = { index: 0, hash: chain.context.genesisHash, epoch: 0, slot: 0, view: 0 };
  const store = { get: disk.get, node: disk.node, tip: () => genesis } as unknown as LedgerStore;
  const tree = createBlockTree(chain.context, store, { kept: () => [], onForgotten: assert.fail });
  const model = genesisOverlay(chain);
  const keys = chain.state.changes();
  let stored = 0;
  for (const [at, { block, changes }] of finals.entries()) {
    tree.add(block);
    assert.ok(tree.execute(block.hash)?.ok);
    tree.markFinal(block.hash);
    model.absorb(changes);
    // Now and then some go to disk together, up to the last or short of it.
    if (at % 5 === 4) {
      const upTo = at - (at % 3);
      for (const final of finals.slice(stored, upTo + 1)) disk.absorb(final.changes);
      stored = upTo + 1;
      tree.markStored(finals[upTo]!.block.hash);
    }
    const state = tree.stateAfter(block.hash)!;
    for (const key of keys.entries.keys()) assert.deepEqual(state.get(key), model.get(key), `${key} at ${at}`);
    for (const path of keys.nodes.keys()) assert.equal(state.node(path), model.node(path), `node ${path} at ${at}`);
  }
});
