import assert from 'node:assert/strict';
import { test } from 'node:test';
import { executeFinalRun } from '../../ledger/execute-block.js';
import { genesisState } from '../../ledger/genesis-state.js';
import { createOverlay } from '../../ledger/overlay.js';
import { stateRoot } from '../../ledger/state-tree/update-tree.js';
import type { Block } from '../../ledger/values/block.js';
import { blockHash } from '../../ledger/values/identity.js';
import { busyChain } from '../server/storage/final-chain.js';
import { standInCrypto } from './stand-in-crypto.js';

/** Payments, stake, evidence and epoch changes, from genesis on. */
function chainOf(length: number) {
  const { chain, finals } = busyChain(length);
  const state = createOverlay({ get: () => undefined, node: () => undefined });
  state.absorb(genesisState(chain.context).changes);
  const run = { context: chain.context, state, parent: chain.context.genesisHash };
  return { chain, finals, run, blocks: finals.map(({ block }) => block) };
}

test('[7-run] a run comes to what its blocks come to one by one, and to the tree after the last', () => {
  const { chain, finals, run, blocks } = chainOf(60);
  const executed = executeFinalRun({ ...run, blocks });
  assert.ok(executed.ok, JSON.stringify(executed));
  const after = createOverlay(run.state);
  for (const [at, one] of executed.value.entries()) {
    const { changes, receipts } = finals[at]!;
    assert.deepEqual(one.changes.entries, changes.entries);
    assert.deepEqual(one.receipts, receipts);
    assert.equal(one.changes.nodes.size > 0, at === 59, 'the tree is with the last');
    assert.equal(one.epochChanged, blocks[at]!.next_epoch !== undefined);
    after.absorb(one.changes);
  }
  assert.ok(
    blocks.some((block) => block.next_epoch !== undefined) && blocks.some((block) => block.evidence.length > 0),
  );
  assert.equal(stateRoot(standInCrypto, after), blocks.at(-1)!.state_root);
  for (const path of chain.state.changes().nodes.keys()) assert.equal(after.node(path), chain.state.node(path));
});

test('[7-run] a run whose last root is not what its execution gives is refused', () => {
  const { run, blocks } = chainOf(12);
  const last = { ...blocks.at(-1)!, state_root: `0x${'0'.repeat(64)}` } as Block;
  const wrong = { ...last, hash: blockHash(standInCrypto, last) };
  const executed = executeFinalRun({ ...run, blocks: [...blocks.slice(0, -1), wrong] });
  assert.equal(!executed.ok && executed.problem.code, 'state_root');
});

test('[7-run] each block of a run is held to every rule but the root of its tree', () => {
  const { run, blocks } = chainOf(12);
  const refusal = (changed: readonly Block[]) => {
    const executed = executeFinalRun({ ...run, blocks: changed });
    return executed.ok ? undefined : executed.problem.code;
  };
  assert.equal(refusal(blocks), undefined);
  assert.equal(refusal([...blocks.slice(0, 5), ...blocks.slice(6)]), 'index');
  const [first, second, ...others] = blocks as [Block, Block, ...Block[]];
  assert.equal(refusal([first, { ...second, transactions: first.transactions }, ...others]), 'tx_root');
  assert.equal(refusal([first, { ...second, prev_hash: run.parent }, ...others]), 'prev_hash');
});
