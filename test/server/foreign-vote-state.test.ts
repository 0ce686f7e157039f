/** A node that finds a vote state beside its key that is of another key, or of another chain. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { homePaths } from '../../server/home/home.js';
import { readGenesis } from '../../server/home/init-home.js';
import { makeValidatorKeys } from '../../server/home/make-validator.js';
import { Server } from '../../server/server.js';
import { voteStateFileName } from '../../server/storage/vote-state-file.js';
import { accountIn, payment, startServer, temporaryDirectory } from './nodes.js';

/** A home that has run, with the fresh vote state of another home put into it. */
async function withVoteStateOf(t: TestContext, genesis: (own: `0x${string}`) => `0x${string}`): Promise<string> {
  const [home, other] = [temporaryDirectory(t), temporaryDirectory(t)];
  await (await startServer(t, { home, slotDurationMs: 250 })).stop();
  makeValidatorKeys(homePaths(other), genesis(readGenesis(homePaths(home))!.hash));
  copyFileSync(join(homePaths(other).keys, voteStateFileName), join(homePaths(home).keys, voteStateFileName));
  return home;
}

test('[5-whose-vote-state] a node does not start with the vote state of another chain', async (t) => {
  const home = await withVoteStateOf(t, () => `0x${'d'.repeat(64)}`);
  const server = new Server({ home });
  await assert.rejects(server.start(0), { code: 'VOTE_STATE_OTHER_CHAIN' });
});

test('[5-whose-vote-state] with the vote state of another key a node starts, and waits as if its own were lost', async (t) => {
  const home = await withVoteStateOf(t, (own) => own);
  const server = await startServer(t, { home });
  const handedIn = payment(server, accountIn(home, 'treasury'), accountIn(home, 'shop').address, 1, 0);
  assert.equal((await server.submitTransaction(handedIn)).kind, 'accepted');
  for (let slots = 0; slots < 4; slots += 1) await once(server, 'slot');
  const status = await (await fetch(`http://127.0.0.1:${server.httpPort}/v1/status`)).text();
  assert.match(status, /lost its vote state/);
  assert.equal(server.getBlockCount(), 1);
});
