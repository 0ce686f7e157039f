import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, test } from 'node:test';
import { createSigner } from '../../../server/crypto/create-crypto.js';
import { createBoundedLog } from '../../../server/p2p/bounded-log.js';
import { LINES_OF_A_KIND_PER_MINUTE } from '../../../server/p2p/limits.js';
import { until } from '../../hang-guard.js';
import { handClock, startNode, stopAll } from './fixture.js';
import { RawPeer } from './raw-peer.js';

afterEach(stopAll);

test('of each kind so many lines a minute are written, then one that says how many more there were', () => {
  const clock = handClock();
  const lines: string[] = [];
  const note = (level: string) => (fields: object, text: string) =>
    void lines.push(`${level} ${text} ${JSON.stringify(fields)}`);
  const log = createBoundedLog({ debug: assert.fail, info: note('info'), warn: note('warn') }, clock);
  for (let n = 0; n < LINES_OF_A_KIND_PER_MINUTE + 1_204; n += 1) log.info({ n }, 'came');
  log.warn({ n: 1 }, 'dropped');
  assert.equal(lines.length, LINES_OF_A_KIND_PER_MINUTE + 1);
  assert.equal(lines.at(-1), 'warn dropped {"n":1}', 'one kind does not silence another');
  clock.pass(60_000);
  assert.deepEqual(lines.slice(LINES_OF_A_KIND_PER_MINUTE + 1), [
    'info came: 1,204 more like this in the last minute {"more":1204}',
  ]);
  log.info({ n: 2 }, 'came');
  assert.equal(lines.at(-1), 'info came {"n":2}');
  clock.pass(600_000);
  assert.equal(lines.at(-1), 'info came {"n":2}', 'where nothing was left out nothing is said');
  for (let n = 0; n <= LINES_OF_A_KIND_PER_MINUTE; n += 1) log.info({ n }, 'came');
  log.stop();
  assert.equal(lines.at(-1), 'info came: 1 more like this in the last minute {"more":1}');
});

test('strangers who come with new keys, break a rule and go do not fill the log', { timeout: 180_000 }, async () => {
  const clock = handClock();
  const node = await startNode(1, { clock });
  const came = LINES_OF_A_KIND_PER_MINUTE + 5;
  for (let n = 0; n < came; n += 1) {
    const peer = new RawPeer(node.port);
    await peer.prove(createSigner(randomBytes(32)));
    peer.write('null\n');
    await peer.untilClosed();
  }
  await until('all are gone', () => node.network.peers().length === 0);
  const loud = () => node.log.filter(({ level }) => level !== 'debug').map(({ text }) => text);
  const count = (text: string) => loud().filter((one) => one === text).length;
  for (const kind of ['peer connected', 'peer gone', 'a peer broke a rule and is dropped']) {
    assert.equal(count(kind), LINES_OF_A_KIND_PER_MINUTE, kind);
  }
  clock.pass(60_000);
  for (const kind of ['peer connected', 'peer gone', 'a peer broke a rule and is dropped']) {
    assert.equal(count(`${kind}: 5 more like this in the last minute`), 1, kind);
  }
});
