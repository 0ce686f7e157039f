/** PostgreSQL with its defaults, fsync on: pgbench's TPC-B-like transaction, over a Unix socket. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../free-ports.js';
import { percentile } from '../figures.js';
import { findProgram, removeDirectory, runProgram, startProgram, temporaryDirectory } from './child.js';
import type { Rival } from './rival.js';

const clients = 32;
const hint = 'apt-get install postgresql';

/** Debian keeps the server's programs out of PATH. */
function places(): string[] {
  const root = '/usr/lib/postgresql';
  try {
    return readdirSync(root).map((version) => join(root, version, 'bin'));
  } catch {
    return [];
  }
}

export const postgres: Rival = {
  name: 'PostgreSQL, pgbench TPC-B-like',
  write: 'three updates, a read and an insert, in SQL',
  promise: 'on disk; one server, whose operator can rewrite it',
  async measure(seconds) {
    const program = (name: string): string => findProgram(name, places(), hint);
    const directory = temporaryDirectory();
    const data = join(directory, 'data');
    const port = `${await freePort()}`;
    const reach = ['-h', directory, '-p', port, '-U', 'bench'];
    try {
      runProgram(program('initdb'), ['-D', data, '-U', 'bench', '-A', 'trust']);
      const args = ['-D', data, '-k', directory, '-p', port, '-c', 'listen_addresses='];
      const server = await startProgram(program('postgres'), args, async () =>
        runProgram(program('psql'), [...reach, '-c', 'SELECT 1', 'postgres']),
      );
      try {
        const bench = (...more: string[]): string => runProgram(program('pgbench'), [...reach, ...more, 'postgres']);
        bench('-i', '-s', '10', '-q');
        const log = join(directory, 'alone');
        bench('-c', '1', '-T', `${seconds}`, '-l', `--log-prefix=${log}`);
        const many = bench('-c', `${clients}`, '-j', '2', '-T', `${seconds}`);
        const times = timesOf(directory);
        return {
          version: runProgram(program('postgres'), ['--version']).trim(),
          perSecond: Number(/tps = ([\d.]+)/.exec(many)?.[1]),
          clients: `${clients}`,
          p50Ms: percentile(times, 0.5),
          p99Ms: percentile(times, 0.99),
        };
      } finally {
        await server.stop();
      }
    } finally {
      removeDirectory(directory);
    }
  },
};

/** pgbench's log has a line a transaction, with its time in µs in the third column. */
function timesOf(directory: string): number[] {
  const logs = readdirSync(directory).filter((name) => name.startsWith('alone'));
  const lines = logs.flatMap((name) => readFileSync(join(directory, name), 'utf8').trim().split('\n'));
  return lines.map((line) => Number(line.split(' ')[2]) / 1000);
}
