/** Each thing that keeps a node from being of use is told, alone and beside others, and nothing else is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHealth, type HealthParts } from '../../../server/node-runtime/health.js';

const well: HealthParts = {
  failure: () => undefined,
  clockFault: () => undefined,
  missingCheckpoint: () => undefined,
  isSyncing: () => false,
  hearing: () => ({ kind: 'heard' }),
  bootstrapTrouble: () => ['nobody listens there'],
};
const alone: HealthParts['hearing'] = () => ({ kind: 'alone' });
const told = (wrong: Partial<HealthParts>) => createHealth({ ...well, ...wrong })();

test('a node that is well says nothing, whatever became of its bootstrap addresses', () => {
  assert.deepEqual(told({}), {});
});

test('why a node stops is for its log: strangers are told no file', () => {
  const { database, ...rest } = told({ failure: () => 'EIO: /home/somebody/ledger.db' });
  assert.equal(database, 'The node stops; its log says why.');
  assert.deepEqual(rest, {});
});

test('a fault of the clock is told as it is', () => {
  assert.deepEqual(told({ clockFault: () => 'It is 4 s behind.' }), { clock: 'It is 4 s behind.' });
});

test('a node that fetches blocks says so, also where its checkpoint is among them', () => {
  const syncing = { sync: 'It still fetches final blocks from its peers.' };
  assert.deepEqual(told({ isSyncing: () => true }), syncing);
  assert.deepEqual(told({ isSyncing: () => true, missingCheckpoint: () => 7 }), syncing);
  assert.deepEqual(told({ missingCheckpoint: () => 7 }), { sync: 'It has not reached block 7 of --checkpoint yet.' });
});

test('a node alone says why its bootstrap addresses lead to nobody, if it has any', () => {
  assert.match(told({ hearing: alone }).peers!, /lead to none: nobody listens there\.$/);
  assert.equal(told({ hearing: alone, bootstrapTrouble: () => [] }).peers, 'No peer is connected.');
});

test('a node that has not heard how far the chain is says so; one that knows it by hearsay is well', () => {
  const because = 'Nobody said.';
  for (const kind of ['unheard', 'split'] as const) {
    assert.deepEqual(told({ hearing: () => ({ kind, because }) }), { sync: because });
  }
  assert.deepEqual(told({ hearing: () => ({ kind: 'hearsay', because }) }), {});
});
