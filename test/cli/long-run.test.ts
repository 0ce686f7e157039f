/** Blocks that only one certificate proves and that are too long together for a line: a new node gets them all the same. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
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

/** As a stranger with `nc` does. */
async function ask(port: number, question: object): Promise<unknown> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.end(`${JSON.stringify(question)}\n`);
  let answer = '';
  for await (const part of socket) answer += part;
  return JSON.parse(answer);
}

/** Blocks in a row that are more than a node asks for at a time. */
const small = 130;

test('a new node follows runs of which only the last block has a certificate: full blocks, and hundreds of small ones', async (t) => {
  const chain = new CertifiedChain({ slots_per_epoch: 1_000 });
  const many = (name: string, from: number) =>
    Array.from({ length: payments }, (_, at) => chain.pay(name, 'shop', 1, { nonce: from + at }));
  chain.final(1, [chain.pay('ann', 'bob', 5)]);
  for (let pair = 0; pair < 3; pair += 1) {
    const slot = 2 + 2 * pair;
    chain.final(slot, many('ann', 1 + pair * payments), [], false);
    chain.final(slot + 1, many('bob', pair * payments));
    assert.ok(utf8Length(JSON.stringify(chain.blocks.slice(-2))) > maxLineBytes);
  }
  for (let at = 1; at <= small; at += 1) chain.final(7 + at, [chain.pay('ann', 'bob', 1)], [], at === small);
  const last = 7 + small;

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
  const told = await ask(p2pPort, { type: 'get_blocks', from_index: 2, count: 10 });
  assert.deepEqual(told, { type: 'blocks', id: 0, blocks: [], finality: [chain.finals[2]?.certificate] });
  const { url } = await startNode(t, user, { args: ['--home', fresh, '--bootstrap', `127.0.0.1:${p2pPort}`] });
  const client = createClient({ url });
  await until(async () => (await client.status()).final.index === last, 'the new node has all blocks');
  assert.equal((await run('server', user, ['verify', '--home', fresh])).code, 0);
});
