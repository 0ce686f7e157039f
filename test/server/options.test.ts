/** What a program gives a Server by mistake is named before anything starts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Server } from '../../server/server.js';

const options: readonly (readonly [given: unknown, message: RegExp])[] = [
  [{ hoem: 'x' }, /^A Server has no option "hoem"\. There are: home, /],
  ['x', /^A Server takes its options as an object, not "x"\.$/],
  [null, /^A Server takes its options as an object, not null\.$/],
  [7, /^difficulty 7 is not a whole number from 0 to 5\.$/],
  [{ slotDurationMs: 1 }, /^slotDurationMs 1 is not a whole number from 250 to 60000\.$/],
  [{ home: 5 }, /^home 5 is not a text\.$/],
  [{ http: 'no' }, /^http "no" is not true or false\.$/],
  [{ logLevel: 'loud' }, /^logLevel "loud" is not one of silent, /],
  [{ keyPassword: 1234 }, /^keyPassword is not a text\.$/],
  [{ checkpoint: { index: 1 } }, /^checkpoint \{"index":1\} is not \{ index, hash \} of a block\.$/],
];

for (const [given, message] of options) {
  test(`new Server(${JSON.stringify(given)}) is refused`, () => {
    assert.throws(() => new Server(given as never), { code: 'BAD_OPTIONS', message });
  });
}

const starts: readonly (readonly [httpPort: unknown, network: unknown, message: RegExp])[] = [
  [99_999, {}, /^httpPort 99999 is not a whole number from 0 to 65535\.$/],
  ['8080', {}, /^httpPort "8080" is not a whole number/],
  [0, { p2pPort: -1 }, /^p2pPort -1 is not a whole number from 0 to 65535\.$/],
  [0, { bootstrap: [] }, /^start\(\) has no option "bootstrap"\. There are: enableP2P, /],
  [0, { bootstrapPeers: ['nowhere'] }, /^bootstrapPeers \["nowhere"\] is not a list of host:port\.$/],
];

for (const [httpPort, network, message] of starts) {
  test(`start(${JSON.stringify(httpPort)}, ${JSON.stringify(network)}) is refused, and may be tried again`, async () => {
    const server = new Server({ http: false });
    for (let n = 0; n < 2; n += 1) {
      await assert.rejects(server.start(httpPort as never, network as never), { code: 'BAD_OPTIONS', message });
    }
    assert.equal(server.isRunning(), false);
  });
}
