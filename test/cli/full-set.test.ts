/** A full validator set, as those see it who find no place in it or lose theirs: the wallet, `server status` and the node's log. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatAmount } from '../../client/amounts.js';
import { createClient } from '../../client/http/client.js';
import { makeHomes } from '../network/homes.js';
import { run, temporaryHome } from './programs.js';
import { startNode, until } from './running-node.js';

test('who is sent back or loses a place in a full set is told why, and what a place takes', async (t) => {
  const user = temporaryHome(t);
  const chain = makeHomes(join(user, 'chain'), {
    stakes: [1_000_000, 100],
    slotsPerEpoch: 4,
    parameters: { max_validators: 2 },
  });
  const [home, small] = chain.homes as [string, string];
  const node = await startNode(t, user, { args: ['--home', home] });
  const loser = await startNode(t, user, { args: ['--home', small, '--bootstrap', `127.0.0.1:${node.p2pPort}`] });
  const client = createClient({ url: node.url });
  const { token } = chain.genesis;
  const amount = (units: number): string => formatAmount(units, token).split(' ')[0]!;
  const wallet = (...words: string[]) => run('wallet', user, [...words, '--home', home, '--node', node.url]);
  const other = join(user, 'other');
  assert.equal((await run('server', user, ['keygen', '--home', other])).code, 0);

  const tooLittle = await wallet('stake', 'treasury', amount(100), '--validator-home', other);
  assert.equal(tooLittle.code, 0, tooLittle.stderr);
  const takes = `a place there takes more than ${formatAmount(100, token)}, the least stake in it.`;
  assert.ok(tooLittle.stderr.startsWith(`The validator set is full, and ${takes} Unless `), tooLittle.stderr);
  assert.match(tooLittle.stdout, /^Bonded .* of treasury; it is sent back unless a place becomes free\.\n/);
  const unbonding = async () => (await client.account(chain.treasury.address)).unbonding;
  await until(async () => (await unbonding()).some(({ full_set }) => full_set === true), 'the stake is sent back');
  const balance = await wallet('balance', 'treasury');
  assert.match(balance.stdout, /unbonding +0\.\S+ \S+; the validator set was full/);

  const enough = await wallet('stake', 'treasury', amount(300));
  assert.equal(enough.code, 0, enough.stderr);
  assert.equal(enough.stderr.includes('full'), false, enough.stderr);
  assert.match(enough.stdout, /^Bonded .* of treasury; it counts from the second epoch change on\.\n/);
  await until(() => loser.output().includes('this node only observes'), 'the log tells of it');
  const why = `The set was full, and its stake found no place there or lost it to more stake: it is paid out by epoch `;
  const more = `A place takes more than ${formatAmount(300, token)} now: its owner may stake again.`;
  const { role, observer_because: told = '' } = await createClient({ url: loser.url }).status();
  assert.equal(role, 'observer');
  assert.ok(told.startsWith(why) && told.endsWith(more), told);
  assert.ok(loser.output().includes(told), loser.output());
  const shown = await run('server', user, ['status', '--home', small]);
  assert.ok(shown.stdout.includes(told), shown.stdout);

  // It comes back with other money, while what it had unbonds.
  assert.equal((await wallet('send', 'treasury', 'v2', '5')).code, 0);
  const back = await wallet('stake', 'v2', amount(500));
  assert.equal(back.code, 0, back.stderr);
  await until(() => loser.output().includes('the validator of this node is in the set now'), 'it is back');
  assert.equal((await createClient({ url: loser.url }).status()).observer_because, undefined);
});

test('where no stake whatever takes a place, the wallet says so before it bonds', async (t) => {
  const user = temporaryHome(t);
  const chain = makeHomes(join(user, 'chain'), { stakes: [1_000_000], parameters: { max_validators: 1 } });
  const [home] = chain.homes as [string];
  const node = await startNode(t, user, { args: ['--home', home] });
  const other = join(user, 'other');
  assert.equal((await run('server', user, ['keygen', '--home', other])).code, 0);
  const words = ['stake', 'treasury', '1000', '--validator-home', other, '--home', home, '--node', node.url];
  const staked = await run('wallet', user, words);
  assert.equal(staked.code, 0, staked.stderr);
  assert.match(staked.stderr, /^The validator set is full, and no stake takes a place there, since max_stake_change /);
  assert.match(staked.stdout, /; it is sent back unless a place becomes free\.\n/);
});

test('where the set can never change the wallet bonds nothing, by a newcomer or by a member', async (t) => {
  const user = temporaryHome(t);
  // A third of three units, rounded down.
  const parameters = { max_validators: 2, max_stake_change_ppm: 330_000 };
  const chain = makeHomes(join(user, 'chain'), { stakes: [3], parameters });
  const [home] = chain.homes as [string];
  const shown = await run('server', user, ['genesis', 'show', '--home', home]);
  assert.match(shown.stdout, /^set +can never change/m);
  const node = await startNode(t, user, { args: ['--home', home] });
  const other = join(user, 'other');
  assert.equal((await run('server', user, ['keygen', '--home', other])).code, 0);
  for (const words of [
    ['treasury', '1000', '--validator-home', other],
    ['v1', '1'],
  ]) {
    const { code, stderr } = await run('wallet', user, ['stake', ...words, '--home', home, '--node', node.url]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /The validator set of \S+ can never change/);
  }
  const client = createClient({ url: node.url });
  assert.equal((await client.account(chain.treasury.address)).nonces['0'] ?? 0, 0, 'nothing was paid');
  const wallet = (...words: string[]) => run('wallet', user, [...words, '--home', home, '--node', node.url]);
  assert.equal((await wallet('send', 'treasury', 'v1', '5')).code, 0);
  const smallest = formatAmount(1, chain.genesis.token).split(' ')[0]!;
  const asked = await wallet('unstake', 'v1', smallest);
  assert.equal(asked.code, 0, asked.stderr);
  assert.match(asked.stderr, /^The validator set of \S+ can never change: .* What is asked back waits for ever, /);
  assert.match(asked.stdout, /^Asked for .* back; it waits for as long as the validator set cannot change\.\n/);
});
