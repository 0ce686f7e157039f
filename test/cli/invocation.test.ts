/** Printed commands: they call our programs in a way that works from where the user stands. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { shellQuote } from '../../client/cli/shell-quote.js';
import { findInvocation, tildePath } from '../../server/cli/invocation.js';
import { binOf, temporaryHome } from './programs.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

test('inside a clone, npx finds our programs', () => {
  const expected = { wallet: 'npx --no wallet', server: 'npx --no server' };
  assert.deepEqual(findInvocation(binOf('server'), repository), expected);
  assert.deepEqual(findInvocation(binOf('server'), join(repository, 'docs')), expected);
});

test('elsewhere, a program started by its file is called by its file', (t) => {
  const home = temporaryHome(t);
  const { wallet } = findInvocation(binOf('server'), home);
  assert.match(execFileSync('bash', ['-c', `${wallet} --help`], { cwd: home, encoding: 'utf8' }), /^Usage: wallet /);
});

test('an installed package is called by its public name', (t) => {
  const home = temporaryHome(t);
  mkdirSync(join(home, 'node_modules/.bin'), { recursive: true });
  assert.equal(findInvocation('/usr/bin/slotledger', home).wallet, 'slotledger wallet');
  assert.equal(findInvocation(join(home, 'node_modules/.bin/slotledger'), home).wallet, 'npx --no slotledger wallet');
});

test('words are quoted so that the shell reads them back', () => {
  for (const word of ['plain', 'two words', "it's", '$HOME', 'a;b', '*', '', '~/x', 'http://127.0.0.1:8080/v1']) {
    const read = execFileSync('bash', ['-c', `printf %s ${word === '~/x' ? word : shellQuote(word)}`], {
      encoding: 'utf8',
      env: { HOME: '/u' },
    });
    assert.equal(read, word === '~/x' ? '/u/x' : word);
  }
});

test('paths below the home directory are written with a tilde that the shell reads back', () => {
  for (const path of ['/u/.slotledger', '/u', '/u/a b', '/u2/x', '/v/w']) {
    const read = execFileSync('bash', ['-c', `printf %s ${tildePath(path, '/u')}`], {
      encoding: 'utf8',
      env: { HOME: '/u' },
    });
    assert.equal(read, path);
  }
  assert.equal(tildePath('/u/.slotledger-9001', '/u'), '~/.slotledger-9001');
});
