/** Runs one seed and measures what it cost. The same in a process of its own and in the one that was started. */
import type { ReportLine, SeedOptions } from './report-line.js';
import { runSeed } from './run.js';

export function runOne(options: SeedOptions, trace?: (line: string) => void): Omit<ReportLine, 'commit'> {
  const before = process.cpuUsage();
  const report = runSeed({ ...options, ...(trace ? { trace } : {}) });
  const { user, system } = process.cpuUsage(before);
  return { ...report, options, cpuMs: Math.round((user + system) / 1000) };
}
