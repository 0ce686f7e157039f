/** A process that votes as fast as it can and says each watermark when it is durable, until it is killed or fails. */
import { writeSync } from 'node:fs';
import { toView } from '../../../ledger/values/numbers.js';
import { initialVoteState } from '../../../server/replica/recover.js';
import { createVoteStateStore } from '../../../server/storage/vote-state-file.js';

// A write past the limit on file sizes then fails instead of ending the process.
process.on('SIGXFSZ', () => {});
const names = { key: `0x${'b'.repeat(64)}`, genesis: `0x${'a'.repeat(64)}` } as const;
const store = createVoteStateStore(process.argv[2]!, names);
const start = store.read()?.voteState ?? initialVoteState(names.genesis);
const vote = (view: number): void =>
  store.write({ ...start, watermark: { view: toView(view), step: 'commit' } }, [], []);

try {
  for (let view = start.watermark.view + 1; ; view += 1) {
    vote(view);
    writeSync(1, `${view}\n`);
  }
} catch (error) {
  console.error((error as Error).message);
  try {
    vote(Number.MAX_SAFE_INTEGER);
  } catch (second) {
    console.error((second as Error).message);
  }
}
