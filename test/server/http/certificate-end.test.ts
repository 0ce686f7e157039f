import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchEnd } from '../../../server/http/certificate-end.js';

const day = 86_400_000;
/** As OpenSSL writes it. */
const openSsl = (ms: number): string =>
  new Date(ms).toUTCString().replace(/^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/, '$2 $1 $4 $3 GMT');

function watched(from: number, to: number) {
  const clock = { now: from };
  const told: string[] = [];
  const watch = watchEnd(
    'cert.pem',
    () => clock.now,
    (sentence) => told.push(sentence),
  );
  watch.taken({ validFrom: openSsl(from), validTo: openSsl(to) });
  return {
    watch,
    /** What is told when it is looked at each minute until then. */
    upTo(ms: number): string[] {
      for (; clock.now <= ms; clock.now += 60_000) watch.look();
      return told.splice(0);
    },
  };
}

test('the end of a certificate is told of two weeks before, each day, and in its moment', () => {
  const from = Date.UTC(2027, 0, 1);
  const to = from + 90 * day + 3_600_000;
  const { watch, upTo } = watched(from, to);
  assert.deepEqual(upTo(to - 14 * day - 60_000), []);
  const before = upTo(to - 60_000);
  assert.equal(before.length, 14);
  assert.match(before[0]!, /^The certificate in cert\.pem ends at 2027-04-01T01:00:00Z\. Put a new one/);
  const after = upTo(to + day);
  assert.equal(after.length, 2);
  assert.match(after[0]!, /has ended at 2027-04-01T01:00:00Z: no client connects/);
  watch.taken({ validFrom: openSsl(from), validTo: openSsl(to + 90 * day) });
  assert.deepEqual(upTo(to + 2 * day), [], 'a new one is in its place');
});

test('one that lives for days is told of in its last quarter, one that begins later until then', () => {
  const from = Date.UTC(2027, 0, 1);
  const { upTo } = watched(from, from + 8 * day);
  assert.deepEqual(upTo(from + 6 * day - 60_000), []);
  assert.equal(upTo(from + 8 * day - 60_000).length, 2);

  const later = watchEnd(
    'cert.pem',
    () => from,
    (sentence) => assert.match(sentence, /from 2027-01-02T00:00:00Z on only/),
  );
  later.taken({ validFrom: openSsl(from + day), validTo: openSsl(from + 9 * day) });
  later.look();
  const endless = watchEnd(
    'cert.pem',
    () => from,
    (sentence) => assert.fail(sentence),
  );
  endless.taken({ validFrom: 'Bad time value', validTo: 'Bad time value' });
  endless.look();
});
