/** The process that reads a file once from end to end, for `read-ahead.ts`; it takes no more of the disk than a node leaves. */
import { open } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

const chunk = Buffer.allocUnsafe(1024 * 1024);
/** Between chunks: whoever syncs in the meantime does not stand behind a queue of reads. */
const pauseMs = 2;

// The node is gone: nobody needs the rest.
process.once('disconnect', () => process.exit());
setPriority(constants.priority.PRIORITY_LOW);
try {
  const file = await open(process.argv[2]!, 'r');
  let at = 0;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    await pause(pauseMs);
  }
  process.exit();
} catch (error) {
  process.send?.((error as Error).message, () => process.exit(1));
}
