/** One backup of a running node's ledger on a thread of its own: copying and syncing it must not cost a vote. */
import { parentPort, workerData } from 'node:worker_threads';
import { backupLedger } from './backup-ledger.js';

const { ledger, file } = workerData as { readonly ledger: string; readonly file: string };
// An error ends the thread, and whoever started it hears of that.
parentPort?.postMessage(await backupLedger(ledger, file));
