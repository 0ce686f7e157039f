/** docs/EMBEDDING.md is a program that compiles and runs as it stands. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { environment, temporaryHome } from '../cli/programs.js';
import { hangGuardMs } from '../hang-guard.js';
import { compile, snippetsOf } from './snippets.js';

test('the blocks, one after the other, are a program that compiles under --strict, runs and ends by itself', async (t) => {
  const snippets = snippetsOf('docs/EMBEDDING.md');
  assert.ok(snippets.length >= 6);
  for (const { language, line } of snippets) assert.equal(language, 'ts', `line ${line}`);
  const program = snippets.map((snippet) => snippet.text).join('\n');
  const { directory, said } = compile('embedding', new Map([['program', program]]));
  assert.equal(said, '');
  const home = temporaryHome(t);
  const child = spawn(process.execPath, [join(directory, 'program.js')], {
    cwd: home,
    env: environment(home),
    timeout: hangGuardMs,
  });
  const code = new Promise((resolve) => child.on('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  assert.equal(await code, 0, stdout + stderr);
  for (const line of [
    /^it answers on port \d+: true$/m,
    /^HOME_LOCKED: A Server of this very process .*$/m,
    /^block 1 is final with 1 transactions$/m,
    /^the shop has 5000 units$/m,
    /^accepted, true: what is signed once pays once$/m,
    /^stopped: true$/m,
  ]) {
    assert.match(stdout, line);
  }
});
