import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSubnetFull } from '../../../server/p2p/subnet-room.js';

test('one subnet holds a part of the chosen peers and no more, however its addresses are written', () => {
  const chosen = ['203.0.113.1', '::ffff:203.0.113.2', '198.51.100.1', '2001:db8:7::1', '2001:db8:7:1::2'];
  const full = (host: string): boolean => isSubnetFull(host, chosen, 2);
  assert.deepEqual(
    ['203.0.113.9', '::ffff:203.0.113.9', '203.0.114.9', '198.51.100.9', '2001:db8:7:9::9', '2001:db8:8::9'].map(full),
    [true, true, false, false, true, false],
  );
});

test('networks that are nobody else’s are not counted, and names not before they are looked up', () => {
  const hosts = ['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.0.7', '169.254.1.1', '100.64.0.9', '::1', 'fd00::1'];
  for (const host of [...hosts, '::ffff:10.1.2.3', 'fe80::1%eth0', 'nodes.test', '']) {
    assert.equal(isSubnetFull(host, Array(9).fill(host), 1), false, host);
  }
  for (const host of ['172.32.0.1', '100.128.0.1', '11.0.0.1']) {
    assert.equal(isSubnetFull(host, [host], 1), true, host);
  }
});
