import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineGate } from '../../../server/p2p/line-gate.js';

interface Outcome {
  readonly objects: readonly unknown[];
  readonly refusals: readonly string[];
}

async function pass(chunks: Iterable<Uint8Array>, maxLineBytes = 262_144): Promise<Outcome> {
  const objects: unknown[] = [];
  const refusals: string[] = [];
  const gate = new LineGate({ maxLineBytes, refuse: (reason) => refusals.push(reason) });
  const sink = new Writable({
    objectMode: true,
    write(object, _encoding, done) {
      objects.push(object);
      done();
    },
  });
  await pipeline(Readable.from(chunks, { objectMode: false }), gate, sink);
  return { objects, refusals };
}

const bytes = (text: string): Buffer => Buffer.from(text);

test('lines come out the same wherever their bytes are cut', async () => {
  const values = [{ type: 'ping' }, { type: 'é€😀', list: [1, { a: null }] }, { type: 'x', text: 'a\nb' }];
  const stream = bytes(`${JSON.stringify(values[0])}\n${JSON.stringify(values[1])}\r\n${JSON.stringify(values[2])}\n`);
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const { objects, refusals } = await pass([stream.subarray(0, cut), stream.subarray(cut)]);
    assert.deepEqual(objects, values, `cut at ${cut}`);
    assert.deepEqual(refusals, []);
  }
});

test('lines come out the same when every byte comes alone', async () => {
  const stream = bytes(`{"a":"€"}\n{"b":[true]}\n`);
  const { objects } = await pass([...stream].map((byte) => Uint8Array.of(byte)));
  assert.deepEqual(objects, [{ a: '€' }, { b: [true] }]);
});

test('a last line without a newline counts', async () => {
  assert.deepEqual((await pass([bytes('{"a":1}\n{"b":2}')])).objects, [{ a: 1 }, { b: 2 }]);
  const cutOff = await pass([bytes('{"a":1}\n{"b":')]);
  assert.deepEqual(cutOff.objects, [{ a: 1 }]);
  assert.match(cutOff.refusals[0] ?? '', /ended inside a line/);
});

test('a line may be as long as the limit and not a byte longer', async () => {
  const line = (length: number): Buffer => bytes(`{"a":"${'x'.repeat(length - 8)}"}\n`);
  assert.equal((await pass([line(1_000)], 1_000)).objects.length, 1);
  assert.equal((await pass([line(262_144)])).objects.length, 1);
  assert.deepEqual(await pass([line(1_001)], 1_000), {
    objects: [],
    refusals: ['a line is longer than 1000 bytes'],
  });
});

test('a line without an end is refused as soon as it is too long, and what follows is thrown away', async () => {
  let given = 0;
  function* endless(): Generator<Uint8Array> {
    for (; given < 64; given += 1) yield Buffer.alloc(16_384, 'x');
    yield bytes('\n{"a":1}\n');
  }
  const { objects, refusals } = await pass(endless());
  assert.deepEqual(objects, []);
  assert.deepEqual(refusals, ['a line is longer than 262144 bytes']);
});

const refused: readonly (readonly [what: string, line: Uint8Array])[] = [
  ['null', bytes('null\n')],
  ['null with spaces', bytes(' null \n')],
  ['a list', bytes('[1]\n')],
  ['a number', bytes('7\n')],
  ['a string', bytes('"x"\n')],
  ['an empty line', bytes('\n')],
  ['spaces alone', bytes('   \n')],
  ['half an object', bytes('{"a":\n')],
  ['two objects', bytes('{"a":1}{"b":2}\n')],
  ['a duplicate key', bytes('{"a":1,"a":2}\n')],
  ['a duplicate key in disguise', bytes('{"a":1,"\\u0061":2}\n')],
  ['a prototype key', bytes('{"__proto__":{"x":1}}\n')],
  ['a lone surrogate', bytes('{"a":"\\ud800"}\n')],
  ['a fraction', bytes('{"a":1.5}\n')],
  ['a number beyond 2^53', bytes('{"a":9007199254740993}\n')],
  ['depth', bytes(`{"a":${'['.repeat(200)}${']'.repeat(200)}}\n`)],
  ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes('{"a":1}\n')])],
  ['a byte that is no UTF-8', Buffer.concat([bytes('{"a":"'), Buffer.from([0xff]), bytes('"}\n')])],
  ['an overlong form', Buffer.concat([bytes('{"a":"'), Buffer.from([0xc0, 0xaf]), bytes('"}\n')])],
  ['a surrogate in UTF-8', Buffer.concat([bytes('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), bytes('"}\n')])],
  ['half a character', Buffer.concat([bytes('{"a":"'), Buffer.from([0xe2, 0x82]), bytes('"}\n')])],
];

for (const [what, line] of refused) {
  test(`${what} is refused, and nothing after it passes`, async () => {
    const { objects, refusals } = await pass([bytes('{"before":1}\n'), line, bytes('{"after":1}\n')]);
    assert.deepEqual(objects, [{ before: 1 }]);
    assert.equal(refusals.length, 1, refusals.join());
  });
}

test('time is linear: half a megabyte in single bytes takes as long in two lines as in two thousand', async () => {
  function* drip(lines: number): Generator<Uint8Array> {
    const line = bytes(`{"a":"${'x'.repeat(524_288 / lines - 9)}"}\n`);
    for (let i = 0; i < lines; i += 1) for (const byte of line) yield Uint8Array.of(byte);
  }
  const seconds = async (lines: number): Promise<number> => {
    const before = process.cpuUsage();
    assert.equal((await pass(drip(lines))).objects.length, lines);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  const [short, long] = [await seconds(2_048), await seconds(2)];
  // A copy of the unfinished line for every byte would move 70 GB.
  assert.ok(long <= 5 * short + 1, `${long} s, and ${short} s in short lines`);
});

test('whatever bytes come, however cut: no exception, at most one refusal, only objects pass', async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(
      ...['{"a":1}\n', '{', '}', '"', '\\u00', '\n', '\r\n', 'null', '[', ':1,', '{"b":"x"}\n'].map(bytes),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (chunks) => {
      const { objects, refusals } = await pass(chunks, 64);
      assert.ok(refusals.length <= 1);
      assert.ok(objects.every((object) => typeof object === 'object' && object !== null && !Array.isArray(object)));
    }),
    { numRuns: 300 },
  );
});
