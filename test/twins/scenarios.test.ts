/** Scenarios that broke other protocols, or earlier wordings of this one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scenarios } from './library.js';
import { playScenario } from './scenario.js';

for (const [name, text] of Object.entries(scenarios)) {
  test(name, () => {
    assert.deepEqual(playScenario(text), []);
  });
}
