/** The formats are frozen: a change here is a change of the protocol and needs a new version. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { genesisState } from '../../ledger/genesis-state.js';
import { TestChain, testContext } from './test-chain.js';

const golden = JSON.parse(readFileSync(new URL('../../../test/ledger/golden-v1.json', import.meta.url), 'utf8'));

test('version 1: the state root of genesis, and the roots and hashes of an ordinary and a closing block', () => {
  const chain = new TestChain();
  const genesis_root = genesisState(testContext({})).root;
  const ordinary = chain.add(1, [chain.pay('ann', 'bob', 10), chain.stake('bob', 600)]).block;
  const closing = chain.add(10, [chain.pay('ann', 'bob', 1)], [chain.doubleVote('v1', 0)]).block;
  assert.deepEqual(
    {
      genesis_root,
      ordinary: { hash: ordinary.hash, state_root: ordinary.state_root },
      closing: { hash: closing.hash, state_root: closing.state_root, next_epoch: closing.next_epoch },
    },
    golden,
  );
});
