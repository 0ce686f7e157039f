import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { stateRoot } from '../../../ledger/state-tree/update-tree.js';
import type { FinalBlock, LedgerStore } from '../../../server/replica/ports.js';
import { Database } from '../../../server/storage/sqlite.js';
import { standInCrypto } from '../../ledger/stand-in-crypto.js';
import type { TestChain } from '../../ledger/test-chain.js';
import { busyChain, finalBlock, genesisOf, openStore, temporaryFile, withoutCertificate } from './final-chain.js';

const appended = (store: LedgerStore, blocks: readonly FinalBlock[]) =>
  new Promise<void>((resolve) => store.append(blocks, resolve));

/** Every entry and node of the chain's state reads the same from the store, and what is gone is gone. */
function assertSameState(store: LedgerStore, chain: TestChain): void {
  const { entries, nodes } = chain.state.changes();
  for (const [key, entry] of entries) assert.deepEqual(store.get(key), entry ?? undefined, key);
  for (const [path, node] of nodes) assert.equal(store.node(path), node ?? undefined, path);
  assert.equal(store.get('account/nobody'), undefined);
  assert.equal(store.get('system/nothing'), undefined);
}

for (const worker of [false, true]) {
  const how = worker ? 'with a storage thread' : 'on this thread';

  test(`a new ledger stands at genesis, ${how}`, async (t) => {
    const { chain } = busyChain(0);
    const store = openStore(temporaryFile(t), chain, { worker });
    assert.deepEqual(store.tip(), genesisOf(chain)().tip);
    assertSameState(store, chain);
    assert.equal(store.blockByIndex(chain.blocks.length as never), undefined);
    await store.close();
  });

  test(`what was appended reads the same before and after the file is opened again, ${how}`, async (t) => {
    const { chain, finals } = busyChain(60);
    const path = temporaryFile(t);
    const store = openStore(path, chain, { worker });
    await Promise.all(finals.map((final) => appended(store, [final])));
    assertSameState(store, chain);
    const tip = store.tip();
    await store.close();

    const again = openStore(path, chain, { worker, genesisHash: chain.context.genesisHash });
    assertSameState(again, chain);
    assert.deepEqual(again.tip(), tip);
    const last = finals.at(-1)!;
    const { index, hash, epoch, slot } = last.block;
    assert.deepEqual(tip, { index, hash, epoch, slot, view: last.certificate.view });
    assert.equal(stateRoot(standInCrypto, again), last.block.state_root);
    for (const { block, certificate, receipts } of finals) {
      assert.deepEqual(again.blockByIndex(block.index), block);
      assert.deepEqual(again.blockByHash(block.hash), block);
      assert.deepEqual(again.certificate(block.hash), certificate);
      for (const receipt of receipts) assert.deepEqual(again.receipt(receipt.id), receipt);
    }
    assert.equal(again.receipt(chain.context.genesisHash), undefined);
    assert.equal(again.blockByHash(chain.context.genesisHash), undefined);
    await again.close();
  });

  test(`appends are acknowledged in order and once, ${how}`, async (t) => {
    const { chain, finals } = busyChain(30);
    const store = openStore(temporaryFile(t), chain, { worker });
    const order: number[] = [];
    await new Promise<void>((resolve) => {
      for (let from = 0; from < finals.length; from += 3) {
        const [first, second, last] = finals.slice(from, from + 3);
        store.append([withoutCertificate(first!), withoutCertificate(second!), last!], () => {
          order.push(from);
          assert.equal(store.tip().index, from + 3);
          if (order.length === 10) resolve();
        });
      }
    });
    assert.deepEqual(order, [0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
    assert.equal(store.certificate(finals[0]!.block.hash), undefined);
    assertSameState(store, chain);
    await store.close();
  });

  test(`a write that fails stops the store with one sentence and is never acknowledged, ${how}`, async (t) => {
    const { chain } = busyChain(0);
    const failures: string[] = [];
    let told = () => {};
    const failed = new Promise<void>((resolve) => {
      told = resolve;
    });
    const path = temporaryFile(t);
    const store = openStore(path, chain, {
      worker,
      maxBytes: 400_000,
      onFailure: (error) => {
        failures.push(error.message);
        told();
      },
    });
    await appended(store, [finalBlock(chain, 1, [chain.pay('ann', 'bob', 1)])]);
    let acknowledged = 1;
    for (let slot = 2; slot <= 300; slot += 1) {
      const payments = [0, 1, 2, 3].map((n) => chain.pay('ann', `payee ${slot} ${n}`, 1, { lane: n }));
      store.append([finalBlock(chain, slot, payments)], () => {
        assert.deepEqual(failures, []);
        acknowledged += 1;
      });
    }
    await failed;
    await store.close();
    assert.equal(failures.length, 1);
    assert.match(failures[0]!, /^Cannot write block \d+ to .*ledger\.db: the disk is full; free some space .*\.$/);
    assert.ok(acknowledged < 300, `${acknowledged} acknowledged`);
    const again = openStore(path, chain);
    assert.ok(again.tip().index >= acknowledged, 'what was acknowledged is there');
    assert.equal(stateRoot(standInCrypto, again), again.blockByIndex(again.tip().index)!.state_root);
    await again.close();
  });
}

test('when it is closed, its file alone is the whole ledger', async (t) => {
  const busy = busyChain(12);
  const path = temporaryFile(t);
  const store = openStore(path, busy.chain, { worker: true });
  await appended(store, busy.finals);
  await store.close();
  const copy = temporaryFile(t);
  copyFileSync(path, copy);
  const moved = openStore(copy, busy.chain);
  assert.equal(moved.tip().index, 12);
  await moved.close();
});

test('blocks that others were to follow are on disk when the store is closed', async (t) => {
  const { chain, finals } = busyChain(2);
  const path = temporaryFile(t);
  const store = openStore(path, chain, { worker: true });
  for (const final of finals) store.append([final], () => {}, true);
  await store.close();
  const again = openStore(path, chain);
  t.after(() => again.close());
  assert.equal(again.tip().index, 2);
});

test('a ledger of another genesis is refused', async (t) => {
  const { chain } = busyChain(0);
  const path = temporaryFile(t);
  await openStore(path, chain).close();
  assert.throws(
    () => openStore(path, chain, { genesisHash: `0x${'9'.repeat(64)}` }),
    /use the genesis file it was made/,
  );
});

test('blocks that do not follow the tip, or end without a certificate, are a bug of the caller', async (t) => {
  const { chain, finals } = busyChain(3);
  const store = openStore(temporaryFile(t), chain);
  const never = () => assert.fail('stored');
  assert.throws(() => store.append([finals[1]!], never), /assertion failed: block 2 follows block 0/);
  assert.throws(() => store.append([withoutCertificate(finals[0]!)], never), /has its certificate/);
  await appended(store, finals);
  await store.close();
});

test('a read of a damaged file stops the store with one sentence', async (t) => {
  const { chain, finals } = busyChain(120);
  const path = temporaryFile(t);
  const first = openStore(path, chain);
  await appended(first, finals);
  await first.close();
  const database = new Database(path, { readonly: true });
  const leaves = "SELECT pageno FROM dbstat WHERE name = 'tree_nodes' AND pagetype = 'leaf'";
  const pages = database.prepare(leaves).pluck().all() as number[];
  database.close();
  const bytes = readFileSync(path);
  for (const page of pages) bytes.fill(0xa5, (page - 1) * 4096, page * 4096);
  writeFileSync(path, bytes);
  const failures: string[] = [];
  const store = openStore(path, chain, { onFailure: (error) => failures.push(error.message) });
  const readAll = () => {
    for (const path of chain.state.changes().nodes.keys()) store.node(path);
  };
  assert.throws(
    readAll,
    /^LedgerFailure: Cannot read .*ledger\.db: the file is damaged; stop the node and run `server repair`/,
  );
  assert.throws(readAll);
  assert.equal(failures.length, 1);
  store.append([finalBlock(chain, 1000, [chain.pay('ann', 'bob', 1)])], () => assert.fail('acknowledged'));
  await store.close();
});
