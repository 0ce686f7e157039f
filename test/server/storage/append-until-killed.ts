/**
 * Run as a child process by killed.test.ts: appends blocks and prints the index of each one that is durable, until killed.
 * There may be none left to append: the one before was killed late.
 */
import { busyChain, openStore } from './final-chain.js';

const [path, worker, blocks] = process.argv.slice(2);
const { chain, finals } = busyChain(Number(blocks));
const store = openStore(path!, chain, { worker: worker === 'true' });
const rest = finals.slice(store.tip().index);

/** One at a time and a few ahead, so that there is always something to acknowledge and something to lose. */
function more(): void {
  const final = rest.shift();
  if (final !== undefined) store.append([final], () => setImmediate(more));
  process.stdout.write(`${store.tip().index}\n`);
}
// Whoever finishes early waits to be killed.
setInterval(() => {}, 60_000);
process.stdout.write('ready\n');
for (let ahead = 0; ahead < 5; ahead += 1) setImmediate(more);
