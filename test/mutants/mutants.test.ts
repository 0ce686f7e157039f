/** The list of breakages fits the sources and the protocol: `npm run mutants` itself takes minutes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOfTheList } from './rule-tags.js';

test('every rule tag of the protocol has a mutant, every mutant a rule, and each text to replace stands once in the sources', () => {
  assert.deepEqual(faultsOfTheList(), []);
});
