import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBucket, keyHashOf, leafHashOf } from '../../../ledger/state-tree/node-text.js';
import { updateTree } from '../../../ledger/state-tree/update-tree.js';
import type { StateChanges, StateEntry } from '../../../ledger/values/state.js';
import { type StateFile, storageHasher } from '../../../server/storage/checked-state.js';
import { createStateCache } from '../../../server/storage/state-cache.js';
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

const account = (balance: number): StateEntry => ({ kind: 'account', balance, nonces: {} }) as never;

/** A state whose tree proves nothing, and what is read of it. */
function counted(limit?: number) {
  const entries = new Map<string, StateEntry>();
  const nodes = new Map<string, string>();
  const reads: string[] = [];
  const cache = createStateCache(
    {
      get(key) {
        reads.push(key);
        return entries.get(key);
      },
      node(path) {
        if (path !== '') reads.push(path);
        return nodes.get(path);
      },
      entryWith: () => undefined,
      nodeWith: () => undefined,
    },
    limit,
  );
  return { entries, nodes, reads, cache };
}

test('an entry is read once, there or not, until a block makes it; a node that is not there is looked for again', () => {
  const { entries, nodes, reads, cache } = counted();
  entries.set('account/a', account(5));
  nodes.set('0', 'text');
  for (let i = 0; i < 2; i += 1) {
    assert.deepEqual(cache.get('account/a'), account(5));
    assert.equal(cache.get('account/b'), undefined);
    assert.equal(cache.node('0'), 'text');
    assert.equal(cache.node('1'), undefined);
  }
  assert.deepEqual(reads, ['account/a', 'account/b', '0', '1', '1']);
  cache.absorb({ entries: new Map([['account/b', account(7)]]), nodes: new Map() });
  assert.deepEqual(cache.get('account/b'), account(7));
  cache.absorb({ entries: new Map([['account/b', null]]), nodes: new Map() });
  assert.equal(cache.get('account/b'), undefined);
});

test('a stored block changes, adds and takes away what was read before it, without another read', () => {
  const { entries, nodes, reads, cache } = counted();
  entries.set('account/a', account(5));
  entries.set('owner/a', account(1));
  nodes.set('0', 'text');
  for (const key of ['account/a', 'owner/a']) cache.get(key);
  cache.node('0');
  reads.length = 0;
  entries.delete('owner/a');
  nodes.delete('0');
  cache.absorb({
    entries: new Map([
      ['account/a', account(6)],
      ['account/new', account(7)],
      ['owner/a', null],
    ]),
    nodes: new Map([['0', null]]),
  });
  assert.deepEqual(cache.get('account/a'), account(6));
  assert.deepEqual(cache.get('account/new'), account(7));
  assert.deepEqual(reads, []);
  assert.equal(cache.get('owner/a'), undefined);
  assert.equal(cache.node('0'), undefined);
  assert.deepEqual(reads, ['owner/a', '0']);
});

test('only so much is kept, and what is used again and again stays', () => {
  const { entries, reads, cache } = counted(20_000);
  for (let i = 0; i < 500; i += 1) entries.set(`account/${i}`, account(i));
  cache.get('account/0');
  for (let i = 1; i < 500; i += 1) {
    assert.deepEqual(cache.get(`account/${i}`), account(i));
    cache.get('account/0');
  }
  assert.equal(reads.filter((key) => key === 'account/0').length, 1);
  reads.length = 0;
  for (let i = 1; i < 500; i += 1) cache.get(`account/${i}`);
  assert.ok(reads.length > 400, `${reads.length} of 499 were read again`);
});

test('what is read again and again does not push out the rest', () => {
  const { entries, nodes, reads, cache } = counted(1000);
  entries.set('account/a', account(5));
  for (const path of ['0', '1']) nodes.set(path, 'x'.repeat(100));
  const all = (): void => {
    cache.get('account/a');
    cache.node('1');
  };
  all();
  for (let i = 0; i < 100; i += 1) cache.node('0');
  all();
  assert.deepEqual(reads, ['account/a', '1', '0']);
});

/** A file with accounts and the tree over them, and what was asked of it: with a proof of its own, or with a hash at hand. */
function treeOf(names: readonly string[]) {
  const entries = new Map(names.map((name, at) => [`account/${name}`, account(at)]));
  const nodes = new Map<string, string | null>();
  const asked = { proved: 0, known: 0 };
  const write = (changed: ReadonlyMap<string, StateEntry>): StateChanges => {
    const reader = { node: (path: string) => nodes.get(path) ?? undefined };
    const changes = { entries: changed, nodes: updateTree(storageHasher, reader, changed).nodes };
    for (const [key, entry] of changes.entries) entries.set(key, entry);
    for (const [path, text] of changes.nodes) nodes.set(path, text);
    return changes;
  };
  write(entries);
  const file: StateFile = {
    get(key) {
      asked.proved += 1;
      return entries.get(key);
    },
    node(path) {
      asked.proved += 1;
      return nodes.get(path) ?? undefined;
    },
    entryWith(key, leafHash) {
      asked.known += 1;
      const entry = entries.get(key);
      return (entry && leafHashOf(storageHasher, key, entry)) === leafHash ? (entry ?? null) : undefined;
    },
    nodeWith(path, hash) {
      asked.known += 1;
      const text = nodes.get(path) ?? undefined;
      return text !== undefined && storageHasher.sha256Hex(text) === hash ? text : undefined;
    },
  };
  return { entries, nodes, asked, write, cache: createStateCache(file) };
}

const people = Array.from({ length: 1000 }, (_, at) => `person ${at}`);

test('one root is proved by the file; entries, nodes and what is not there follow from it, before and after blocks', () => {
  const { entries, nodes, asked, write, cache } = treeOf(people);
  for (let block = 1; block <= 3; block += 1) {
    for (const at of [1, 2, 3])
      assert.deepEqual(cache.get(`account/person ${100 * block + at}`), account(100 * block + at));
    assert.equal(cache.get(`account/nobody ${block}`), undefined);
    cache.absorb(
      write(
        new Map([
          [`account/person ${block}`, account(5000 + block)],
          [`account/new ${block}`, account(1)],
        ]),
      ),
    );
    assert.deepEqual(cache.get(`account/person ${block}`), account(5000 + block));
  }
  for (const [key, entry] of entries) assert.deepEqual(cache.get(key), entry);
  for (const [path, text] of nodes) assert.equal(cache.node(path), text ?? undefined);
  assert.equal(asked.proved, 1);
});

test('what does not fit the nodes that are kept is asked of the file with its proof', () => {
  const { entries, nodes, asked, cache } = treeOf(people);
  cache.get('account/person 0');
  entries.set('account/person 1', account(77));
  cache.get('account/person 1');
  assert.equal(asked.proved, 2, 'another entry');
  entries.delete('account/person 2');
  cache.get('account/person 2');
  assert.equal(asked.proved, 3, 'an entry that is gone');
  entries.set('account/nobody', account(1));
  cache.get('account/nobody');
  assert.equal(asked.proved, 4, 'an entry that never was');
  const read = ['person 0', 'person 1', 'person 2', 'nobody'].map((name) =>
    keyHashOf(storageHasher, `account/${name}`),
  );
  const isUnread = (at: string, text: string | null) =>
    text !== null && isBucket(text) && !read.some((hash) => hash.startsWith(at));
  const [path, bucket] = [...nodes].find(([at, text]) => isUnread(at, text))!;
  nodes.set(path, bucket!.replace('a', 'b'));
  cache.node(path);
  assert.equal(asked.proved, 5, 'another node');
});
