import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { proveEntry, verifyEntryProof } from '../../ledger/state-tree/entry-proof.js';
import { entryText } from '../../ledger/state-tree/node-text.js';
import { chainShape, type TreeShape } from '../../ledger/state-tree/shape.js';
import { stateRoot, updateTree } from '../../ledger/state-tree/update-tree.js';
import { canonicalJson } from '../../ledger/values/canonical.js';
import { toAmount } from '../../ledger/values/numbers.js';
import type { AccountEntry, StateEntry } from '../../ledger/values/state.js';
import { standInCrypto } from './stand-in-crypto.js';

const entry = (balance: number): AccountEntry => ({ kind: 'account', balance: toAmount(balance), nonces: {} });

class Tree {
  readonly nodes = new Map<string, string>();
  constructor(readonly shape: TreeShape = chainShape) {}
  node = (path: string): string | undefined => this.nodes.get(path);
  update(changes: Iterable<readonly [string, StateEntry | null]>): string {
    const { root, nodes } = updateTree(standInCrypto, this, new Map(changes), this.shape);
    for (const [path, text] of nodes) {
      if (text === null) this.nodes.delete(path);
      else this.nodes.set(path, text);
    }
    assert.equal(root, stateRoot(standInCrypto, this));
    return root;
  }
}

/** Small buckets make small sets deep. */
const narrow: TreeShape = { ...chainShape, bucket: 2 };
const steps = fc.array(fc.array(fc.tuple(fc.nat(60), fc.option(fc.nat(3))), { maxLength: 30 }), { maxLength: 12 });

describe('state tree', () => {
  test('an account’s text is its canonical JSON', () => {
    const nonces = fc.dictionary(fc.nat(255).map(String), fc.maxSafeNat());
    fc.assert(
      fc.property(fc.maxSafeNat(), nonces, (balance, counted) => {
        const account = { ...entry(balance), nonces: { ...counted } } as AccountEntry;
        assert.equal(entryText(account), canonicalJson(account));
      }),
    );
  });

  for (const shape of [chainShape, narrow]) {
    test(`the root and nodes depend on the set of entries alone, not on its history (bucket ${shape.bucket})`, () => {
      fc.assert(
        fc.property(steps, (batches) => {
          const tree = new Tree(shape);
          const live = new Map<string, StateEntry>();
          for (const batch of batches) {
            const changes = new Map(batch.map(([k, v]) => [`account/${k}`, v === null ? null : entry(v)]));
            tree.update(changes);
            for (const [key, value] of changes) {
              if (value === null) live.delete(key);
              else live.set(key, value);
            }
          }
          const fresh = new Tree(shape);
          fresh.update(live);
          assert.deepEqual([...tree.nodes].sort(), [...fresh.nodes].sort());
        }),
        { numRuns: 300 },
      );
    });
  }

  test('an entry is proved present, and a key without one absent, against the root', () => {
    const tree = new Tree();
    assert.ok(
      verifyEntryProof(standInCrypto, stateRoot(standInCrypto, tree), 'a', null, proveEntry(standInCrypto, tree, 'a')),
    );
    for (const size of [1, 16, 17, 500]) {
      const root = tree.update(Array.from({ length: size }, (_, i) => [`account/${i}`, entry(i)])) as `0x${string}`;
      for (let i = 0; i < size * 2; i += 1) {
        const key = `account/${i}`;
        const proof = proveEntry(standInCrypto, tree, key);
        const there = i < size;
        assert.equal(verifyEntryProof(standInCrypto, root, key, entry(i), proof), there);
        assert.equal(verifyEntryProof(standInCrypto, root, key, null, proof), !there);
        assert.equal(verifyEntryProof(standInCrypto, root, key, entry(i + 1), proof), false);
        assert.equal(verifyEntryProof(standInCrypto, root, `${key}x`, entry(i), proof), false);
      }
    }
  });

  test('a proof cut short, lengthened or altered proves nothing', () => {
    const tree = new Tree();
    const root = tree.update(Array.from({ length: 400 }, (_, i) => [`account/${i}`, entry(i)])) as `0x${string}`;
    const proof = proveEntry(standInCrypto, tree, 'account/7');
    assert.ok(proof.length > 1);
    const wrong = [
      [],
      proof.slice(0, -1),
      proof.slice(1),
      [...proof, proof.at(-1)!],
      proof.map((text) => `${text} `),
      [''],
    ];
    for (const other of wrong) {
      assert.equal(verifyEntryProof(standInCrypto, root, 'account/7', entry(7), other), false);
      assert.equal(verifyEntryProof(standInCrypto, root, 'account/7', null, other), false);
    }
  });
});
