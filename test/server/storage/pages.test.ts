import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHeight } from '../../../ledger/values/numbers.js';
import { busyChain, openStore, temporaryFile, withoutCertificate } from './final-chain.js';

const { chain, finals } = busyChain(50);

/** Only block 3, 6, 9, …, the closing ones and the last have certificates. */
function stored(t: Parameters<typeof temporaryFile>[0]) {
  const store = openStore(temporaryFile(t), chain);
  t.after(() => store.close());
  const certified = finals.map((final, i) => {
    const has = (i + 1) % 3 === 0 || final.block.next_epoch !== undefined || i === finals.length - 1;
    return has ? final : withoutCertificate(final);
  });
  store.append(certified, () => {});
  return { store, certified };
}

test('a page ends at a block with a certificate and brings those of closing blocks', async (t) => {
  const { store, certified } = stored(t);
  for (let from = 1; from <= finals.length; from += 1) {
    for (const count of [3, 4, 10, 100]) {
      const { blocks, finality } = store.page(toHeight(from), count, 10_000_000);
      assert.ok(blocks.length > 0 && blocks.length <= count);
      assert.deepEqual(
        blocks,
        finals.slice(from - 1, from - 1 + blocks.length).map(({ block }) => block),
      );
      const end = from + blocks.length;
      const next = certified.slice(end - 1, from - 1 + count).find(({ certificate }) => certificate !== undefined);
      assert.equal(next, undefined, 'no later block within the count has a certificate');
      const expected = certified
        .slice(from - 1, end - 1)
        .filter(({ block }, i) => block.next_epoch !== undefined || i === blocks.length - 1);
      assert.deepEqual(
        finality,
        expected.map(({ certificate }) => certificate),
      );
    }
  }
  assert.deepEqual(store.page(toHeight(51), 10, 1_000_000), { blocks: [], finality: [] });
  assert.deepEqual(store.page(toHeight(0), 10, 1_000_000), { blocks: [], finality: [] });
});

test('pages follow one another without gap or repeat within their bytes', async (t) => {
  const { store } = stored(t);
  const maxBytes = 12_000;
  let from = 1;
  for (let pages = 0; from <= finals.length; pages += 1) {
    const page = store.page(toHeight(from), 100, maxBytes);
    assert.ok(page.blocks.length > 0 && pages < 50);
    assert.equal(page.blocks[0]?.index, from);
    const bytes = JSON.stringify(page).length;
    assert.ok(bytes <= maxBytes * 1.05, `${bytes} bytes`);
    from += page.blocks.length;
  }
});

test('a page is never empty for its bytes: it reaches to the first certificate', async (t) => {
  const { store } = stored(t);
  assert.equal(store.page(toHeight(1), 100, 1).blocks.length, 3);
});

test('blocks that could not be checked are not sent: of a first certificate beyond the count there is the certificate alone', async (t) => {
  const { store } = stored(t);
  assert.deepEqual(store.page(toHeight(1), 2, 1_000_000), { blocks: [], finality: [finals[2]!.certificate] });
  assert.deepEqual(store.page(toHeight(2), 1, 1_000_000), { blocks: [], finality: [finals[2]!.certificate] });
});
