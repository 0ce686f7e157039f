/** Exit codes by kind: a supervisor tells by them whether trying again can help. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CliProblem } from '../../client/cli/cli-problem.js';
import { serverFailure } from '../../server/cli/server-failure.js';
import { SlotledgerError } from '../../server/errors.js';

const exitCodes: readonly (readonly [code: string, exitCode: number])[] = [
  ['WRONG_CHAIN', 4],
  ['OTHER_CHAIN', 4],
  ['GENESIS_NOT_FOUND', 1],
  ['NO_GENESIS', 1],
  ['GENESIS_INVALID', 1],
  ['CHAIN_EXISTS', 1],
  ['LEDGER_DAMAGED', 3],
  ['HOME_LOCKED', 5],
  ['PORT_IN_USE', 6],
];

for (const [code, exitCode] of exitCodes) {
  test(`${code} ends with exit code ${exitCode}`, () => {
    const failure = serverFailure(new SlotledgerError(code, 'It is so.', 'Do it.'));
    assert.ok(failure instanceof CliProblem);
    assert.equal(failure.exitCode, exitCode);
  });
}
