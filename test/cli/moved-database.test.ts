/** A database of a running node that somebody moves, deletes or replaces: nothing is said to be kept that no start will find. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createClient } from '../../client/http/client.js';
import { temporaryHome } from './programs.js';
import { startNode } from './running-node.js';

/** A node with one final payment, and what makes the next. */
async function payingNode(t: TestContext) {
  const user = temporaryHome(t);
  const home = join(user, 'node');
  const node = await startNode(t, user, { args: ['--home', home] });
  const client = createClient({ url: node.url });
  const shop = (await client.genesis()).accounts.find(({ name }) => name === 'shop')!.address;
  const pay = async () => client.waitUntilFinal((await client.faucet(shop, 1)).id, { timeoutMs: 5_000 });
  await pay();
  return { user, node, home, pay };
}

const moves: readonly [name: string, move: (path: string) => void][] = [
  ['moved away', (path) => renameSync(path, `${path}.elsewhere`)],
  [
    'replaced by a copy',
    (path) => {
      copyFileSync(path, `${path}.copy`);
      renameSync(`${path}.copy`, path);
    },
  ],
];

for (const file of ['ledger.db', 'mempool.db', 'ledger.db-wal']) {
  for (const [how, move] of moves) {
    test(`a node whose ${file} is ${how} acknowledges nothing more, says so and stops`, async (t) => {
      const { user, node, home, pay } = await payingNode(t);
      move(join(home, file));
      await assert.rejects(pay());
      assert.equal(await node.ended(), 1, node.output());
      const said = new RegExp(`Cannot write .*${file} was moved, replaced or deleted while the node ran; put back`);
      assert.match(node.output(), said);
      const elsewhere = join(home, `${file}.elsewhere`);
      if (!existsSync(elsewhere)) return;
      renameSync(elsewhere, join(home, file));
      const again = await startNode(t, user, { args: ['--home', home] });
      const { final } = await createClient({ url: again.url }).status();
      assert.ok(final.index >= 1, 'what was put back is gone on with');
    });
  }
}
