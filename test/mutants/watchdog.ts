/**
 * Loaded before a broken program (`--import`): a thread beside it that ends the process when it has used its processor
 * time or its wall time, or when its parent is gone. A program that never returns to its event loop is ended as well.
 */
import { isMainThread, Worker } from 'node:worker_threads';

/** Seconds, as `SLOTLEDGER_LIMITS=<processor>,<wall>`. */
const [processor = 60, wall = 120] = (process.env.SLOTLEDGER_LIMITS ?? '').split(',').filter(Boolean).map(Number);

const source = `
  const { workerData } = require('node:worker_threads');
  const parent = process.ppid;
  const started = performance.now();
  const waited = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    Atomics.wait(waited, 0, 0, 500);
    const { user, system } = process.cpuUsage();
    const over = (user + system) / 1e6 > workerData.processor || performance.now() - started > workerData.wall * 1000;
    if (over || process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }
`;

if (isMainThread) {
  const thread = new Worker(source, { eval: true, execArgv: [], workerData: { processor, wall } });
  thread.unref();
}
