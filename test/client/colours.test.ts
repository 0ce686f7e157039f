import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wantsColours } from '../../client/cli/terminal.js';

test('colours come where a terminal knows them or FORCE_COLOR asks for them, and go with NO_COLOR', () => {
  const terminal = { TERM: 'xterm' };
  assert.equal(wantsColours(terminal, true), true);
  assert.equal(wantsColours(terminal, false), false);
  assert.equal(wantsColours({ ...terminal, CI: '1' }, false), false);
  assert.equal(wantsColours({ TERM: 'dumb' }, true), false);
  for (const FORCE_COLOR of ['1', '3', 'true']) {
    assert.equal(wantsColours({ FORCE_COLOR }, false), true, FORCE_COLOR);
    assert.equal(wantsColours({ FORCE_COLOR, NO_COLOR: '1' }, true), false);
  }
  for (const FORCE_COLOR of ['0', 'false']) assert.equal(wantsColours({ ...terminal, FORCE_COLOR }, true), false);
  assert.equal(wantsColours({ ...terminal, NO_COLOR: '', FORCE_COLOR: '' }, true), true);
});
