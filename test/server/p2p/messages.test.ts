import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createMessageDecoder } from '../../../server/p2p/decode-message.js';
import { encodeLine, fitsLine, priorityOf } from '../../../server/p2p/encode-line.js';
import { certificateOf, rules } from './fixture.js';

const decode = createMessageDecoder(rules);
const page = readFileSync(new URL('../../../../docs/PEERS.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```json\n(.*)\n```/g)].map(([, line = '']) => line);
const types = [
  'hello',
  'proof',
  'welcome',
  'neighbours',
  'error',
  'get_blocks',
  'blocks',
  'get_block',
  'block',
  'get_certificate',
  'certificate_answer',
  'get_peers',
  'peers',
  'get_genesis',
  'genesis',
  'ping',
  'pong',
  'new_block',
  'vote',
  'certificate',
  'new_view',
  'transactions',
  'evidence',
];

test('every message has an example in docs/PEERS.md', () => {
  const documented = examples.map((line) => JSON.parse(line).type);
  assert.deepEqual(documented.toSorted(), types.toSorted());
});

for (const line of examples) {
  const parsed = JSON.parse(line) as { type: string };

  test(`the documented ${parsed.type} decodes, and is written again as it stands`, () => {
    const decoded = decode(parsed);
    assert.ok(decoded.ok, JSON.stringify(decoded));
    assert.equal(encodeLine(decoded.value).toString(), `${line}\n`);
  });

  test(`${parsed.type} with a member too many, too few or of the wrong kind is refused`, () => {
    assert.equal(decode({ ...parsed, surplus: 1 }).ok, false);
    for (const member of Object.keys(parsed)) {
      const { [member]: _removed, ...rest } = parsed as Record<string, unknown>;
      const mayBeAbsent =
        (parsed.type === 'hello' && (member === 'advertise' || member === 'listen_port')) ||
        (parsed.type === 'proof' && member === 'validator') ||
        (parsed.type === 'new_view' && member === 'lock') ||
        (parsed.type.startsWith('get_') && member === 'id') ||
        (parsed.type === 'ping' && member !== 'type');
      assert.equal(decode(rest).ok, mayBeAbsent, `without ${member}`);
      assert.equal(decode({ ...parsed, [member]: [[]] }).ok, false, `${member} of the wrong kind`);
    }
  });
}

test('a block of new_block stands at the top level', () => {
  const line = examples.find((text) => text.startsWith('{"type":"new_block"')) ?? '';
  const message = JSON.parse(line);
  assert.equal(message.block, undefined);
  assert.equal(message.index, 42);
  assert.equal(message.hash, message.proposal.block);
});

test('votes, proposals and certificates go before blocks and transactions', () => {
  const urgent = types.filter((type) => priorityOf(type as 'vote') === 'urgent');
  for (const type of ['vote', 'new_block', 'certificate', 'new_view', 'block', 'ping'])
    assert.ok(urgent.includes(type));
  for (const type of ['blocks', 'transactions', 'peers', 'genesis']) assert.ok(!urgent.includes(type));
});

test('a line that is too long is known as such', () => {
  const certificate = certificateOf(`0x${'1'.repeat(64)}`, 3);
  assert.ok(fitsLine(encodeLine({ type: 'certificate', certificate })));
  const signatures = Array.from({ length: 2_100 }, () => certificate.signatures[0] ?? '0x');
  assert.ok(!fitsLine(encodeLine({ type: 'certificate', certificate: { ...certificate, signatures } })));
});
