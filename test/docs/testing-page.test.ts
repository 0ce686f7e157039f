/** docs/TESTING-YOUR-PROGRAM.md: its commands print what the page shows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, temporaryHome } from '../cli/programs.js';
import { snippetsOf } from './snippets.js';

const withoutBlanks = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());

test('the picture of a simulated network is the one that its command draws', async (t) => {
  const snippets = snippetsOf('docs/TESTING-YOUR-PROGRAM.md');
  const at = snippets.findIndex(({ language, text }) => language === 'sh' && text.includes('server simulate'));
  const [, words = ''] = /^npx --no server (.*)\n$/.exec(snippets[at]?.text ?? '') ?? [];
  const { code, stdout, stderr } = await run('server', temporaryHome(t), words.split(' '));
  assert.equal(code, 0, stderr);
  assert.deepEqual(withoutBlanks(stdout), withoutBlanks(snippets[at + 1]?.text ?? ''));
});
