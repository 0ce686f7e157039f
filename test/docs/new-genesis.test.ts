/** The query of docs/OPERATING.md, a new genesis, finds all that there is, and whose it is. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { createClient } from '../../client/http/client.js';
import { run, temporaryHome } from '../cli/programs.js';
import { startNode } from '../cli/running-node.js';

test('balances, bonded stake and stake on its way back are carried over, and nothing else', async (t) => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/OPERATING.md', import.meta.url)), 'utf8');
  const query = /"(\s*SELECT[^"]*)" > owned\.txt/.exec(page)?.[1];
  assert.ok(query !== undefined, 'the query was found');

  const user = temporaryHome(t);
  const home = join(user, 'node');
  const node = await startNode(t, user, { args: ['--home', home] });
  const staked = await run('wallet', user, ['unstake', 'treasury', '1', '--home', home]);
  assert.equal(staked.code, 0, staked.stderr);
  const client = createClient({ url: node.url });
  const { supply } = await client.supply();
  const { accounts, validators } = await client.genesis();
  const owner = validators[0]!.owner;
  const { balance, bonded, unbonding } = await client.account(owner);
  assert.ok(unbonding.length > 0 && bonded > 0 && accounts.length > 0);
  node.process.kill('SIGTERM');
  await node.ended();

  const ledger = new Database(join(home, 'ledger.db'), { readonly: true });
  const rows = ledger.prepare(query).raw().all() as [string, number][];
  ledger.close();
  const owned = new Map(rows);
  assert.equal(owned.get(owner), balance + bonded + unbonding.reduce((sum, { amount }) => sum + amount, 0));
  assert.equal(
    [...owned.values()].reduce((sum, units) => sum + units, 0),
    supply,
  );
});
