/** Class Server used wrongly: what a program says at the wrong time, or to the wrong node, ends in a sentence about that. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { idOfTransaction } from '../../client/account.js';
import { Server } from '../../server/server.js';
import { freePort } from '../free-ports.js';
import { accountIn, payment, startServer, temporaryDirectory } from './nodes.js';

test('no account given is nobody: not the owner of the validator that genesis gives no name', async (t) => {
  const server = await startServer(t, { home: temporaryDirectory(t) });
  for (const nothing of [undefined, null, 5, {}] as unknown as string[]) {
    assert.throws(() => server.getBalance(nothing), {
      code: 'UNKNOWN_ACCOUNT',
      message: /^An account is named by a text/,
    });
    assert.throws(() => server.addressOf(nothing), { code: 'UNKNOWN_ACCOUNT' });
  }
  assert.throws(() => new Server().registerStakeholder(5 as unknown as string, 5), { code: 'BAD_OPTIONS' });
});

test('a second server of one program is not told to stop "another process", which is its own', async (t) => {
  const home = temporaryDirectory(t);
  const server = await startServer(t, { home });
  const second = new Server({ home, logLevel: 'silent' });
  await assert.rejects(second.start(0), {
    code: 'HOME_LOCKED',
    message: `A Server of this very process (pid ${process.pid}) already runs on ${home}.`,
  });
  await server.stop();
  await second.start(0);
  await second.stop();
});

test('who starts while a stop is under way is told to await the stop', async (t) => {
  const server = await startServer(t, { home: temporaryDirectory(t) });
  await assert.rejects(server.start(0), { code: 'ALREADY_RUNNING', fix: 'Stop it first.' });
  const stopping = server.stop();
  await assert.rejects(server.start(0), { code: 'ALREADY_RUNNING', fix: 'Await its stop() first.' });
  await stopping;
  await server.start(0);
  await server.stop();
});

test('runUntilSignal waits for nothing that cannot come: not started, stopped already, or a start that fails', async (t) => {
  const home = temporaryDirectory(t);
  const server = new Server({ home, logLevel: 'silent' });
  await assert.rejects(server.runUntilSignal(), { code: 'NOT_RUNNING' });
  await server.start(0);
  await server.stop();
  await server.runUntilSignal();
  const taken = await startServer(t, { home: temporaryDirectory(t) });
  const start = server.start(taken.httpPort);
  await Promise.all([
    assert.rejects(start, { code: 'PORT_IN_USE' }),
    assert.rejects(server.runUntilSignal(), { code: 'PORT_IN_USE' }),
  ]);
  assert.equal(process.listenerCount('SIGTERM'), 0);
});

test('a stop ends runUntilSignal without an error, also where it ends the start that was under way', async (t) => {
  const server = new Server({ home: temporaryDirectory(t), logLevel: 'silent' });
  const nobody = {
    enableP2P: true,
    listenAddr: '127.0.0.1',
    p2pPort: 0,
    bootstrapPeers: [`127.0.0.1:${await freePort()}`],
  };
  const start = assert.rejects(server.start(0, nobody), { code: 'START_STOPPED' });
  const run = server.runUntilSignal();
  await server.stop();
  await Promise.all([start, run]);
});

test('what shapes a new chain is refused where the server has one already, and not forgotten silently', async (t) => {
  const server = new Server({ home: temporaryDirectory(t), logLevel: 'silent' });
  server.setSlotDuration(2);
  server.registerStakeholder('one', 500);
  const tooLate = (): void => {
    assert.throws(() => server.registerStakeholder('two', 500), {
      code: 'ALREADY_RUNNING',
      fix: 'Call it before start().',
    });
    assert.throws(() => server.setSlotDuration(3), { code: 'ALREADY_RUNNING' });
  };
  const starting = server.start(0);
  tooLate();
  await starting;
  tooLate();
  const stopping = server.stop();
  tooLate();
  await stopping;
  // It is said by the start then: the chain exists.
  server.registerStakeholder('two', 500);
  await assert.rejects(server.start(0), { code: 'CHAIN_EXISTS' });
});

test('what becomes final during a stop is told of, and who hears it reads about it', async (t) => {
  const home = temporaryDirectory(t);
  const server = await startServer(t, { home, http: false });
  const transaction = payment(server, accountIn(home, 'treasury'), server.addressOf('shop'), 5, 0);
  const answer = server.submitTransaction(transaction);
  const final = once(server, 'final').then(() => ({
    shop: server.getBalance('shop'),
    blocks: server.getBlockCount(),
    status: server.api?.transactionStatus(idOfTransaction(transaction))?.status,
    isRunning: server.isRunning(),
  }));
  let stopped = false;
  const stopping = server.stop().then(() => {
    stopped = true;
  });
  assert.deepEqual(await final, { shop: 5, blocks: 2, status: 'final', isRunning: false });
  assert.equal(stopped, false);
  await Promise.all([answer, stopping]);
  assert.throws(() => server.getBalance('shop'), { code: 'NOT_RUNNING' });
});

test('what was being handed in when the server stopped is answered, if only by that', async (t) => {
  const home = temporaryDirectory(t);
  const server = await startServer(t, { home, http: false });
  const { api } = server;
  const treasury = accountIn(home, 'treasury');
  const heap = Array.from({ length: 500 }, (_, nonce) => payment(server, treasury, treasury.address, 5, nonce));
  const [answer] = await Promise.allSettled([api!.submit(heap), server.stop()]);
  if (answer.status === 'rejected') assert.equal(answer.reason.code, 'NOT_RUNNING');
  // Also for who keeps what belonged to the node.
  await assert.rejects(api!.submit(heap), { code: 'NOT_RUNNING' });
  assert.throws(() => api!.queries.tip(), { code: 'NOT_RUNNING' });
});
