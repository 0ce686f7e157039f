/** What the documents show in TypeScript compiles in a strict program. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { compile, snippetsOf } from './snippets.js';

test('every TypeScript block of the README and the documents compiles under --strict', () => {
  const pages = ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)].filter((page) =>
    /\.md$/.test(page),
  );
  const modules = new Map<string, string>();
  for (const page of pages) {
    const blocks = snippetsOf(page).filter(({ language }) => language === 'ts');
    // Each of these pages is one program from its first block to its last, which a test of its own compiles and runs.
    if (['docs/CLIENT.md', 'docs/EMBEDDING.md'].includes(page)) continue;
    for (const { line, text } of blocks) modules.set(`${page.replace(/\W/g, '_')}_${line}`, text);
  }
  assert.ok(modules.size >= 3, 'the blocks were found');
  assert.equal(compile('snippets', modules).said, '');
});

test('an event has the type that was asked for, and no other', () => {
  const asked = (body: string) => `import { createClient, type EventType } from 'slotledger/client';
const client = createClient({ url: new URL('http://127.0.0.1:8080') });
${body}`;
  const good = new Map([
    [
      'one',
      asked(`for await (const { type, data } of client.events({ types: ['slot'] })) {
  const name: 'slot' = type;
  console.log(name, data.leader);
}`),
    ],
    [
      'two',
      asked(`for await (const event of client.events({ types: ['final', 'epoch'], since: 0 })) {
  const index: number = event.data.index;
  console.log(event.type === 'final' ? event.data.proposer : event.data.number, index);
}`),
    ],
    [
      'all',
      asked(`for await (const event of client.events()) if (event.type === 'evidence') console.log(event.data.kind);`),
    ],
    [
      'wide',
      asked(`const types: EventType[] = ['final'];
for await (const event of client.events({ types })) if (event.type === 'final') console.log(event.data.hash);`),
    ],
  ]);
  assert.equal(compile('event-types', good).said, '');
  const bad = new Map([
    [
      'another',
      asked(`for await (const event of client.events({ types: ['final'] })) console.log(event.data.leader);`),
    ],
    ['unknown', asked(`client.events({ types: ['block'] });`)],
    ['old', asked(`client.events({ lastEventId: '0' });`)],
  ]);
  const { said } = compile('wrong-event-types', bad);
  for (const name of bad.keys()) assert.match(said, new RegExp(`^${name}\\.ts\\(`, 'm'));
});
