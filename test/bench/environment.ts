/** What a figure depends on: the machine, how busy it is with other things, and what its disk takes to keep a write. */
import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { format, percentile } from './figures.js';

const fsyncs = 100;

export function describeEnvironment(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  const memory = `${format(totalmem() / 2 ** 30)} GiB of memory`;
  const sync = fsyncTimes();
  return [
    `node ${process.version}, ${process.platform} ${release()}, ${process.arch}`,
    `${availableParallelism()} CPUs (${model}), ${memory}`,
    `disk at ${tmpdir()}: ${fileSystem(tmpdir())}, write and fsync of 4 KiB: p50 ${format(percentile(sync, 0.5))} ms, ` +
      `p99 ${format(percentile(sync, 0.99))} ms`,
    loadLine(),
  ].join('\n');
}

/** Processes that want a CPU, on average: above the number of CPUs, every figure is too low. */
export function loadLine(): string {
  const [one, five] = loadavg();
  return `load average ${format(one ?? 0)} (1 min), ${format(five ?? 0)} (5 min)`;
}

function fsyncTimes(): number[] {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-benchmark-'));
  const file = openSync(join(directory, 'fsync'), 'w');
  const page = Buffer.alloc(4096, 1);
  const times = Array.from({ length: fsyncs }, () => {
    const start = performance.now();
    writeSync(file, page);
    fsyncSync(file);
    return performance.now() - start;
  });
  closeSync(file);
  rmSync(directory, { recursive: true });
  return times;
}

/** As /proc/mounts names it, where there is one. */
function fileSystem(path: string): string {
  try {
    const mounts = readFileSync('/proc/mounts', 'utf8').trim().split('\n');
    const places = mounts.map((line) => line.split(' ')).filter(([, at = '']) => path.startsWith(at));
    places.sort(([, a = ''], [, b = '']) => b.length - a.length);
    return places[0]?.[2] ?? 'unknown';
  } catch {
    return `type 0x${statfsSync(path).type.toString(16)}`;
  }
}
