import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { addressGroup } from '../../../server/p2p/address-group.js';
import { createBanList } from '../../../server/p2p/ban-list.js';
import { MAX_BAN_REASON, MAX_BANS } from '../../../server/p2p/limits.js';
import { createReasonCounts } from '../../../server/p2p/reason-counts.js';
import { until } from '../../hang-guard.js';
import { temporaryDirectory } from '../nodes.js';
import { at, clock, connected, hashOf, keyOf, startNode, stopAll, voteOf, votesAt } from './fixture.js';
import { RawPeer } from './raw-peer.js';

afterEach(stopAll);

const noProblem = (detail: string): never => assert.fail(detail);

test('bans end, are bounded in number and text, and can be lifted', () => {
  let now = 1_000;
  const bans = createBanList({ clock: { ...clock, now: () => now }, file: undefined, onFileProblem: noProblem });
  for (let i = 0; i <= MAX_BANS; i += 1) bans.ban(hashOf(i), 'x'.repeat(1_000), 5_000);
  assert.equal(bans.all().length, MAX_BANS);
  assert.equal(bans.isBanned(hashOf(0)), false);
  assert.equal(bans.all()[0]?.reason.length, MAX_BAN_REASON);
  assert.equal(bans.lift(hashOf(1)), true);
  assert.equal(bans.lift(hashOf(1)), false);
  now += 5_000;
  assert.equal(bans.isBanned(hashOf(2)), false);
  assert.deepEqual(bans.all(), []);
});

test('a ban that the disk did not take is written when the node stops', async (t) => {
  const home = join(temporaryDirectory(t), 'unmounted');
  const file = join(home, 'bans.json');
  let onFileProblem = (_: string): void => {};
  const failed = new Promise<string>((resolve) => {
    onFileProblem = resolve;
  });
  const bans = createBanList({ clock, file, onFileProblem });
  bans.ban(hashOf(1), 'a lie');
  assert.match(await failed, /bans\.json cannot be written/);
  mkdirSync(home);
  await bans.close();
  const again = createBanList({ clock, file, onFileProblem: noProblem });
  assert.equal(again.isBanned(hashOf(1)), true);
  await again.close();
});

test('a banned node is refused after a restart too, until the ban ends', async (t) => {
  const bansFile = join(temporaryDirectory(t), 'bans.json');
  const first = await startNode(1, { bansFile });
  const other = await startNode(2, { bootstrap: [at(first)] });
  await until('connected', () => connected(first, other));
  first.verdict = () => ({ relay: false, peer: 'ban', reason: 'block 17 is a lie' });
  other.network.announceHead();
  await until('banned', () => first.network.bans().length === 1);
  assert.deepEqual(first.network.stats().drops, [{ verdict: 'ban', reason: 'block N is a lie', count: 1 }]);
  const dropped = first.log.find(({ text }) => text === 'peer dropped');
  assert.deepEqual((dropped?.fields as { reason?: string } | undefined)?.reason, 'block 17 is a lie');
  await first.network.stop();

  assert.equal(statSync(bansFile).mode & 0o777, 0o600);
  const again = await startNode(1, { bansFile });
  assert.deepEqual(again.network.bans(), first.network.bans());
  other.network.connect(at(again));
  await until('refused', () =>
    other.log.some(({ fields }) => JSON.stringify(fields).includes('does not talk to yours')),
  );
  assert.equal(connected(again, other), false);
  assert.equal(again.network.liftBan(other.key), true);
  other.network.connect(at(again));
  await until('connected again', () => connected(again, other));
});

test('who lies and goes before that is found is banned all the same, and when it is here again it is dropped', async () => {
  const node = await startNode(1);
  const lie = async (seed: number): Promise<string> => {
    const peer = new RawPeer(node.port);
    await peer.prove(keyOf(seed));
    peer.send({ type: 'vote', vote: voteOf(seed) });
    await until('heard', () => votesAt(node, seed) === 1);
    peer.destroy();
    await until('gone', () => node.network.peers().length === 0);
    return node.received.at(-1)!.peer;
  };
  const [gone, returned, late] = [await lie(3), await lie(4), await lie(5)];
  node.network.blame(gone, 'ban', 'block 17 is a lie');
  node.network.blame(gone, 'ban', 'block 18 is a lie');
  const again = new RawPeer(node.port);
  await again.prove(keyOf(4));
  node.network.blame(returned, 'ban', 'block 17 is a lie');
  await again.untilClosed();
  node.network.blame(late, 'disconnect', 'it was late');
  assert.deepEqual(
    node.network.bans().map(({ node: key, reason }) => [key, reason]),
    [3, 4].map((seed) => [keyOf(seed).publicKey, 'block 17 is a lie']),
  );
  const { bannedPeers, drops } = node.network.stats();
  assert.deepEqual([bannedPeers, drops], [2, [{ verdict: 'ban', reason: 'block N is a lie', count: 2 }]]);
  const refused = new RawPeer(node.port);
  await assert.rejects(refused.prove(keyOf(3)), /does not talk to yours/);
  await refused.untilClosed();
});

test('a damaged list of bans is told of and bans nobody', async (t) => {
  const file = join(temporaryDirectory(t), 'bans.json');
  writeFileSync(file, '{"version":1,"bans":[{"node":"x"}]}');
  const problems: string[] = [];
  const bans = createBanList({ clock, file, onFileProblem: (detail) => void problems.push(detail) });
  assert.match(problems[0] ?? '', /not a list of bans/);
  bans.ban(hashOf(1), 'x');
  await bans.close();
  assert.equal((JSON.parse(readFileSync(file, 'utf8')) as { bans: unknown[] }).bans.length, 1);
});

test('reasons in metrics are few, whatever peers make of them', () => {
  const counts = createReasonCounts();
  for (let i = 0; i < 1_000; i += 1) counts.add('disconnect', `block ${i} of 0x${'ab'.repeat(32)} is wrong`);
  assert.deepEqual(counts.all(), [{ verdict: 'disconnect', reason: 'block N of N is wrong', count: 1_000 }]);
  for (let i = 0; i < 1_000; i += 1) counts.add('ban', `reason ${'x'.repeat(i % 90)}${'y'.repeat(i / 90)}`);
  assert.ok(counts.all().length <= 50);
  assert.equal(
    counts.all().reduce((sum, { count }) => sum + count, 0),
    2_000,
  );
});

test('an IPv6 customer counts as one by its /64, and IPv4 is the same in either form', () => {
  const same = [
    ['2001:db8::1', '2001:db8::ffff:2', '2001:db8:0:0:9::'],
    ['192.0.2.7', '::ffff:192.0.2.7'],
    ['fe80::1%eth0', 'fe80::2'],
  ];
  for (const group of same) assert.equal(new Set(group.map(addressGroup)).size, 1, group.join());
  assert.notEqual(addressGroup('2001:db8::1'), addressGroup('2001:db8:0:1::1'));
  assert.notEqual(addressGroup('192.0.2.7'), addressGroup('192.0.2.8'));
});
