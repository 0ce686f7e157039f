/** This project, measured as `npm run bench` measures it, in the words of the comparison. */
import { measureLatency } from '../latency.js';
import { connectionsPerNode, measureThroughput } from '../throughput.js';
import type { Rival } from './rival.js';

const batch = 100;

export const slotledger = (validators: number): Rival => ({
  name: validators === 1 ? 'slotledger, one validator' : `slotledger, ${validators} validators on this machine`,
  write: 'a transfer with a signature of its own',
  promise:
    validators === 1
      ? 'on disk, signed, and provable to an outsider'
      : 'on disk, and final while less than a third of the stake lies',
  async measure(seconds) {
    const alone = await measureLatency('', { validators, seconds, warmUpSeconds: Math.min(seconds, 2) });
    const plan = { validators, seconds, outputs: 1, batch, signedPerSecond: validators === 1 ? 20_000 : 6000 };
    const many = await measureThroughput('', plan);
    const faults = [...alone.faults, ...many.faults];
    if (faults.length > 0) throw new Error(faults.join('; '));
    const version = `node ${process.version}`;
    const clients = `${connectionsPerNode * validators}, lists of ${batch}`;
    return { version, clients, perSecond: many.perSecond!, p50Ms: alone.p50Ms!, p99Ms: alone.p99Ms! };
  },
});
