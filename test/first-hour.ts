/**
 * Walks a newcomer's first hour as the README tells it: clones the repository, runs the README's own commands, and
 * times each. Fails if, after installation, the first final payment takes more than a minute. Needs ports 8080 and 9000.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCommandLine } from './command-line/read-command-line.js';

const limitMs = 60_000;
readCommandLine({
  command: 'npm run first-hour',
  about:
    "Walks a newcomer's first hour: clones the repository, runs the README's own commands and times each. " +
    'It fails if the first final payment takes more than a minute, and needs ports 8080 and 9000.',
});
const repository = fileURLToPath(new URL('../../', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'slotledger-first-hour-'));
const clone = join(place, 'slotledger');

/** Lines of the first two `sh` blocks of the README: install and start; then what to type next. */
function readmeCommands(): { readonly install: string; readonly start: string; readonly next: readonly string[] } {
  const blocks = [...readFileSync(join(clone, 'README.md'), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)];
  const [first = '', second = ''] = blocks.map((block) => block[1] ?? '');
  const [install, start] = first.trim().split(' && ');
  if (install === undefined || start === undefined)
    throw new Error('README: the first block is not `install && start`');
  return { install, start, next: second.trim().split('\n') };
}

function environment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: join(place, 'home'), npm_config_update_notifier: 'false' };
  delete env.npm_config_nodedir;
  // better-sqlite3 then builds against the running Node's own headers, without a download.
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  return existsSync(join(prefix, 'include/node')) ? { ...env, npm_config_nodedir: prefix } : env;
}

function timed<T>(what: string, work: () => T): T {
  const started = performance.now();
  const result = work();
  console.log(`${((performance.now() - started) / 1000).toFixed(2).padStart(8)} s  ${what}`);
  return result;
}

function runLine(command: string): string {
  const done = spawnSync('bash', ['-c', command], {
    cwd: clone,
    env: environment(),
    encoding: 'utf8',
    timeout: 600_000,
  });
  if (done.status !== 0) throw new Error(`\`${command}\` ended with ${done.status}:\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

/** Resolves when the banner's last command is printed. */
function startNode(command: string): Promise<ChildProcess> {
  const node = spawn('bash', ['-c', `exec ${command}`], { cwd: clone, env: environment(), detached: true });
  return new Promise((resolve, reject) => {
    let output = '';
    const late = setTimeout(() => reject(new Error(`\`${command}\` prints nothing to copy:\n${output}`)), limitMs);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (!output.includes('/v1/status')) return;
      clearTimeout(late);
      resolve(node);
    };
    node.stdout.on('data', read);
    node.stderr.on('data', read);
    node.on('close', (code) => {
      clearTimeout(late);
      reject(new Error(`\`${command}\` ended with ${code}:\n${output}`));
    });
  });
}

let node: ChildProcess | undefined;
try {
  timed('git clone', () => execFileSync('git', ['clone', '--quiet', repository, clone]));
  const { install, start, next } = readmeCommands();
  timed(install, () => runLine(install));
  const started = performance.now();
  node = await startNode(start);
  console.log(`${((performance.now() - started) / 1000).toFixed(2).padStart(8)} s  ${start}`);
  let finalAfterMs: number | undefined;
  for (const command of next) {
    const output = timed(command, () => runLine(command));
    if (/^Final in /m.test(output)) finalAfterMs ??= performance.now() - started;
  }
  if (finalAfterMs === undefined) throw new Error('no command of the README made a final payment');
  console.log(`${(finalAfterMs / 1000).toFixed(2).padStart(8)} s  from start to the first final payment`);
  if (finalAfterMs > limitMs) throw new Error(`that is more than ${limitMs / 1000} s`);
} catch (error) {
  console.error(`first-hour: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  if (node?.pid !== undefined) {
    try {
      process.kill(-node.pid, 'SIGTERM');
    } catch {
      // It has ended already.
    }
    await new Promise((closed) => (node?.exitCode === null ? node.once('close', closed) : closed(undefined)));
  }
  rmSync(place, { recursive: true, force: true });
}
