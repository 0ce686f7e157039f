/** A full or failing disk: writes or syncs of one file fail from some call on. The node says so in a sentence and stops. */

import { hangGuardMs } from '../../hang-guard.js';
import { type Fault, startAgain } from './fault.js';

const files = ['ledger.db', 'mempool.db', 'vote-state'];
/** Until the chosen call comes. */
const patienceMs = 5_000;

export const failedWrite: Fault = async (arena, node) => {
  const { random, count } = arena;
  const { control } = node.disk;
  const path = random.pick(files);
  const error = random.pick(['ENOSPC', 'EIO'] as const);
  const kind = error === 'ENOSPC' ? 'write' : random.pick(['write', 'sync'] as const);
  const partial = kind === 'write' && random.below(2) === 0 ? random.between(1, 300) : 0;
  const failedBefore = control.failed();
  control.fail({ kinds: [kind], error, after: random.between(1, 25), path, partial });
  let code = await node.endsWithin(patienceMs);
  const failed = control.failed() > failedBefore;
  if (code === undefined && failed) code = await node.endsWithin(hangGuardMs);
  control.mend();
  const what = `${kind} of ${path} with ${error}`;
  const complaints: string[] = [];
  if (code === undefined) {
    if (failed) complaints.push(`${node.name} ran on after a failed ${what}`);
    await node.kill();
  } else {
    if (code === null || code === 0) complaints.push(`${node.name} ended with ${code} after a failed ${what}`);
    const sentence = /annot (?:be written|write|open|read) .*(?:disk|ENOSPC|EIO)/.test(node.output());
    if (!sentence) complaints.push(`${node.name} did not say why it stopped after a failed ${what}: ${node.output()}`);
  }
  if (failed) count('writes_that_failed');
  // Half of the time the machine that had a failing disk loses power as well.
  if (random.below(2) === 0) node.cutPower(random);
  await startAgain(arena, node);
  return complaints;
};

/** A write that takes only a part: the rest has to follow. */
export const shortWrite: Fault = async ({ random, count }, node) => {
  const { control } = node.disk;
  const before = control.failed();
  control.fail({
    kinds: ['write'],
    after: random.between(1, 25),
    partial: random.between(1, 200),
    path: random.pick(files),
  });
  const code = await node.endsWithin(700);
  control.mend();
  if (control.failed() > before) count('writes_that_were_short');
  return code === undefined ? [] : [`${node.name} ended with ${code} after a short write: ${node.output()}`];
};
