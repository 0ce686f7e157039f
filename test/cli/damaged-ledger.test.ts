/** A real node on a ledger with a wrong row: asked over HTTP it never tells the wrong value, says what is wrong, and stops. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createClient } from '../../client/http/client.js';
import { Database } from '../../server/storage/sqlite.js';
import { run, temporaryHome } from './programs.js';
import { startNode, until } from './running-node.js';

const homeOf = (user: string): string => join(user, 'node');
const ledgerOf = (user: string): string => join(homeOf(user), 'ledger.db');
const startIn = (t: TestContext, user: string) => startNode(t, user, { args: ['--home', homeOf(user)] });

function change(path: string, sql: string): void {
  const database = new Database(path, { timeout: 10_000 });
  assert.ok(database.prepare(sql).run().changes > 0, sql);
  database.close();
}

/** A stopped development node with two customers, and one of them. */
async function paidHome(t: TestContext) {
  const user = temporaryHome(t);
  const node = await startIn(t, user);
  const client = createClient({ url: node.url });
  const { address } = (await client.accounts({ limit: 100 })).items.at(-1)!;
  const before = (await client.account(address)).balance;
  return { user, node, client, address, before };
}

const wrong = (address: string): string =>
  `UPDATE accounts SET balance = balance + 1000000 WHERE address = '${address}'`;

test('a balance changed while the node was down is never told; the node says why and stops', async (t) => {
  const { user, node, address } = await paidHome(t);
  node.process.kill('SIGTERM');
  assert.equal(await node.ended(), 0);
  change(ledgerOf(user), wrong(address));
  const again = await startIn(t, user);
  const asked = await createClient({ url: again.url })
    .account(address)
    .then(
      (answer) => `was told ${answer.balance}`,
      (error: Error) => error.message,
    );
  assert.doesNotMatch(asked, /was told/);
  assert.notEqual(await again.ended(), 0);
  assert.match(again.output(), new RegExp(`account/${address} of the state does not follow .*server repair`));
  const repaired = await run('server', user, ['repair', '--home', homeOf(user)]);
  assert.equal(repaired.code, 0, repaired.stderr);
  assert.equal((await run('server', user, ['verify', '--home', homeOf(user)])).code, 0);
});

test('a balance changed under a running node is never told; the node says why and stops', async (t) => {
  const { user, node, client, address, before } = await paidHome(t);
  change(ledgerOf(user), wrong(address));
  let told: number | undefined = before;
  await until(async () => {
    told = await client.account(address).then(
      ({ balance }) => balance,
      () => undefined,
    );
    return told === undefined || told !== before;
  }, 'the node noticed');
  assert.equal(told, undefined);
  assert.notEqual(await node.ended(), 0);
  assert.match(node.output(), new RegExp(`account/${address} of the state does not follow .*server repair`));
});
