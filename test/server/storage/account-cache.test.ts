import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StateEntry } from '../../../ledger/values/state.js';
import { createAccountCache } from '../../../server/storage/account-cache.js';
import { person, TestChain } from '../../ledger/test-chain.js';
import { finalBlock, openStore, temporaryFile } from './final-chain.js';

for (const worker of [false, true]) {
  test(`an account is read as of the stored block, ${worker ? 'written by a thread' : 'written at once'}`, async (t) => {
    const chain = new TestChain();
    const store = openStore(temporaryFile(t), chain, { worker });
    t.after(() => store.close());
    const balance = (name: string) => {
      const entry = store.get(`account/${person(name).address}`);
      return entry?.kind === 'account' ? entry.balance : undefined;
    };
    for (let slot = 1; slot <= 5; slot += 1) {
      const block = finalBlock(chain, slot, [chain.pay('ann', 'bob', slot), chain.pay('bob', 'carol', 1)]);
      balance('ann');
      balance('bob');
      await new Promise<void>((resolve) => store.append([block], resolve));
      for (const name of ['ann', 'bob', 'carol']) assert.equal(balance(name), chain.balance(name));
    }
  });
}

test('an account that is not there is looked for again; what is no account is always read', () => {
  const reads: string[] = [];
  const entry: StateEntry = { kind: 'account', balance: 5, nonces: {} } as never;
  const cache = createAccountCache((key) => {
    reads.push(key);
    return key === 'account/missing' ? undefined : entry;
  });
  for (let i = 0; i < 2; i += 1) for (const key of ['account/a', 'account/missing', 'system/tip']) cache.get(key);
  assert.deepEqual(reads, ['account/a', 'account/missing', 'system/tip', 'account/missing', 'system/tip']);
  cache.clear();
  cache.get('account/a');
  assert.equal(reads.at(-1), 'account/a');
  assert.equal(reads.length, 6);
});
