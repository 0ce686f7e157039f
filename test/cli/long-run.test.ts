/** Blocks that only one certificate proves and that are too long together for a line: a new node gets them all the same. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClient } from '../../client/http/client.js';
import { maxLineBytes } from '../../ledger/values/limits.js';
import { utf8Length } from '../../ledger/values/text-forms.js';
import { genesisFileText } from '../../server/home/init-home.js';
import { CertifiedChain } from '../server/verify/certified-chain.js';
import { run, temporaryHome } from './programs.js';
import { startNode, until } from './running-node.js';

const payments = 420;

test('a new node follows a chain with a run of full blocks of which only the last has a certificate', async (t) => {
  const chain = new CertifiedChain();
  const many = (name: string, from: number) =>
    Array.from({ length: payments }, (_, at) => chain.pay(name, 'shop', 1, { nonce: from + at }));
  chain.final(1, [chain.pay('ann', 'bob', 5)]);
  chain.final(2, many('ann', 1), [], false);
  chain.final(3, many('bob', 0));
  chain.final(4, [chain.pay('ann', 'bob', 5)]);
  const run2and3 = chain.blocks.slice(1, 3);
  assert.ok(utf8Length(JSON.stringify(run2and3)) > maxLineBytes);

  const user = temporaryHome(t);
  const [old, fresh] = [join(user, 'old'), join(user, 'fresh')];
  const genesis = join(user, 'genesis.json');
  mkdirSync(old);
  writeFileSync(genesis, genesisFileText(chain.context.genesis));
  await chain.write(join(old, 'ledger.db'));
  for (const home of [old, fresh]) {
    const made = await run('server', user, ['init', '--home', home, '--genesis', genesis]);
    assert.equal(made.code, 0, made.stderr);
  }
  const { p2pPort } = await startNode(t, user, { args: ['--home', old] });
  const { url } = await startNode(t, user, { args: ['--home', fresh, '--bootstrap', `127.0.0.1:${p2pPort}`] });
  const client = createClient({ url });
  await until(async () => (await client.status()).final.index === 4, 'the new node has all blocks');
  assert.equal((await run('server', user, ['verify', '--home', fresh])).code, 0);
});
