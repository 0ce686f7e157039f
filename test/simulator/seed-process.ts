/** A process that runs the seeds it is sent, one at a time, until its parent is gone. */
import type { SeedOptions } from './report-line.js';
import { runOne } from './run-one.js';

process.on('message', (options: SeedOptions) => process.send?.(runOne(options)));
process.on('disconnect', () => process.exit());
