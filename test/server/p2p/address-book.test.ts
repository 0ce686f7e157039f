/** A full address book: who gives way, and that nobody fills it alone. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PublicKey } from '../../../ledger/values/text.js';
import { createAddressBook } from '../../../server/p2p/address-book.js';
import {
  FAILURES_OF_THE_GONE,
  MAX_ADDRESSES_OF_A_NODE,
  MAX_KNOWN_ADDRESSES,
  MAX_PROVED_ADDRESSES,
} from '../../../server/p2p/limits.js';
import { temporaryDirectory } from '../nodes.js';
import { clock, hashOf } from './fixture.js';

const key = (number: number): PublicKey => hashOf(number) as PublicKey;
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

function newBook(random: () => number = () => 0.5) {
  const time = { now: 1_000_000_000 };
  const book = createAddressBook({
    clock: { now: () => time.now, at: () => () => {} },
    random,
    bootstrap: [],
    file: undefined,
    onFileProblem: assert.fail,
  });
  const holds = (address: string): boolean => {
    time.now += 86_400_000;
    return book.due().some((entry) => entry.address === address);
  };
  return { book, holds };
}

test('hints that nobody dials, as they name this very node, do not keep others out of a full book', () => {
  const { book, holds } = newBook();
  for (const i of range(MAX_KNOWN_ADDRESSES)) book.add(`10.0.${i >> 8}.${i & 255}:9000`, key(1));
  book.add('honest.example:9000', key(2));
  assert.ok(holds('honest.example:9000'));
  assert.equal(book.size(), MAX_KNOWN_ADDRESSES);
});

test('what the disk did not take is written with the next save, though nothing is new by then', async (t) => {
  const home = join(temporaryDirectory(t), 'unmounted');
  const file = join(home, 'peers.json');
  const problems: string[] = [];
  const onFileProblem = (said: string) => void problems.push(said);
  const book = createAddressBook({ clock, random: () => 0.5, bootstrap: [], file, onFileProblem });
  book.onProved('10.0.0.1:9000', key(1));
  await book.save();
  assert.match(problems.join(), /peers\.json cannot be written/);
  mkdirSync(home);
  await book.save();
  assert.ok(existsSync(file));
});

test('known addresses where nobody was met for long give way to new ones, the others stay', () => {
  const { book, holds } = newBook();
  for (const i of range(MAX_PROVED_ADDRESSES)) {
    const address = `10.0.${i >> 8}.${i & 255}:9000`;
    book.onProved(address, key(i));
    const failures = address === '10.0.0.7:9000' || address === '10.0.0.9:9000' ? FAILURES_OF_THE_GONE : 3;
    for (let failed = 0; failed < failures; failed += 1) book.onFailed(address, 0);
  }
  for (const i of range(MAX_KNOWN_ADDRESSES - MAX_PROVED_ADDRESSES)) book.add(`10.1.0.${i}:9000`);
  book.add('hint.example:9000');
  book.onProved('met.example:9000', key(2_000));
  assert.deepEqual(
    ['10.0.0.7:9000', '10.0.0.9:9000', '10.0.0.8:9000', 'hint.example:9000', 'met.example:9000'].map(holds),
    [false, false, true, true, true],
  );
});

for (const [what, attacker] of [
  ['an IPv4 /24', (i: number) => `198.51.100.${i & 255}:${9_000 + (i >> 8)}`],
  ['an IPv6 /48', (i: number) => `[2001:db8:0:${i.toString(16)}::1]:9000`],
  ['one domain', (i: number) => `n${i}.attacker.example:9000`],
] as const) {
  test(`who proves nodes at ever more addresses of ${what} keeps nobody else out of the book`, () => {
    let drawn = 0;
    const { book, holds } = newBook(() => {
      drawn += 1;
      return (drawn * 0.618) % 1;
    });
    const honest = range(20).map((i) => `192.0.${i}.7:9000`);
    for (const i of range(2 * MAX_KNOWN_ADDRESSES)) book.onProved(attacker(i), key(i));
    for (const [i, address] of honest.entries()) {
      book.add(address, key(10_000 + i));
      assert.ok(holds(address), `the hint ${address}`);
      book.onProved(address, key(10_000 + i));
    }
    for (const i of range(2 * MAX_KNOWN_ADDRESSES)) book.onProved(attacker(5_000 + i), key(20_000 + i));
    assert.deepEqual(honest.filter(holds), honest);
    assert.ok(book.size() <= MAX_KNOWN_ADDRESSES);
  });
}

test('addresses where nodes were met are never all there is: a part of the book is for hints', () => {
  const { book, holds } = newBook();
  for (const i of range(MAX_KNOWN_ADDRESSES)) book.onProved(`10.${i >> 8}.${i & 255}.1:9000`, key(i));
  assert.equal(book.size(), MAX_PROVED_ADDRESSES);
  for (const i of range(2 * MAX_KNOWN_ADDRESSES)) book.add(`11.${i >> 8}.${i & 255}.1:9000`);
  assert.equal(book.size(), MAX_KNOWN_ADDRESSES);
  book.onProved('11.7.200.1:9000', key(1));
  assert.ok(holds('11.7.200.1:9000'));
  assert.equal(
    book.size(),
    MAX_KNOWN_ADDRESSES - 1,
    'one where a node was met has left for it, the hint is one no more',
  );
});

test('hints of one teller, however many, do not push out those of others', () => {
  const { book, holds } = newBook();
  const tell = (from: number): void => {
    for (const i of range(MAX_KNOWN_ADDRESSES))
      book.add(`10.${from}.${i >> 8}.${i & 255}:9000`, undefined, '198.51.100.1');
  };
  tell(0);
  const honest = range(50).map((i) => `192.0.2.${i}:9000`);
  for (const address of honest) book.add(address, undefined, '203.0.113.5');
  for (const from of range(5)) tell(1 + from);
  assert.deepEqual(honest.filter(holds), honest);
  assert.equal(book.size(), MAX_KNOWN_ADDRESSES);
});

test('of one node few addresses are kept; where it is met no more, one makes room for where it went', () => {
  const { book, holds } = newBook();
  for (const i of range(100)) book.onProved(`192.0.2.${i}:9000`, key(1));
  assert.equal(book.share().length, MAX_ADDRESSES_OF_A_NODE);
  assert.ok(holds('192.0.2.0:9000'), 'whoever passes connections on to it does not push out its own');
  book.onFailed('192.0.2.2:9000', 0);
  book.onProved('192.0.2.200:9000', key(1));
  assert.deepEqual(['192.0.2.2:9000', '192.0.2.200:9000', '192.0.2.0:9000'].map(holds), [false, true, true]);
});
