/**
 * Runs the tutorials as they are written: every `sh` block in its order, in a home directory of its own. A block marked
 * `sh server` stays running, as in a terminal of its own. Fails if a command fails, or a block was not run. Needs the
 * ports that the tutorials name: 9000 to 9003 and 8080 to 8083.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as forms from './command-line/forms.js';
import { readCommandLine, words } from './command-line/read-command-line.js';
import { hangGuardMs } from './hang-guard.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const directory = join(repository, 'docs/tutorials');
const all = readdirSync(directory).filter((name) => name.endsWith('.md'));
const { wanted } = readCommandLine({
  command: 'npm run tutorials',
  about:
    'Runs the commands of the tutorials as they are written, in home directories of their own. ' +
    'Needs the ports that they name: 9000 to 9003 and 8080 to 8083.',
  parameters: { wanted: words(forms.partOf('name', all), 'tutorials whose names have this in them', 'all') },
});
const blockLimitMs = 180_000;
const ports = [9000, 9001, 9002, 9003, 8080, 8081, 8082, 8083];

interface CommandBlock {
  readonly line: number;
  /** `other machine`: for one, so it cannot be run here. */
  readonly kind: 'run' | 'server' | 'other machine';
  readonly text: string;
}

function blocksOf(markdown: string): readonly CommandBlock[] {
  return [...markdown.matchAll(/^```sh *(\S.*)?\n([\s\S]*?)^```$/gm)].map((match) => {
    const line = markdown.slice(0, match.index).split('\n').length;
    const [, mark = '', text = ''] = match;
    if (mark !== '' && mark !== 'server' && mark !== 'other machine')
      throw new Error(`line ${line}: what is "${mark}"?`);
    return { line, kind: mark === '' ? 'run' : mark, text };
  });
}

function environment(home: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SLOTLEDGER_'));
  // Readers are told to use an account of their own; where the tests run there may be none but root.
  const root = process.getuid?.() === 0 ? { SLOTLEDGER_ALLOW_ROOT: '1' } : {};
  return { ...Object.fromEntries(inherited), ...root, HOME: home, npm_config_update_notifier: 'false' };
}

function runBlock({ text }: CommandBlock, home: string): void {
  const done = spawnSync('bash', ['-euo', 'pipefail', '-c', text], {
    cwd: repository,
    env: environment(home),
    encoding: 'utf8',
    timeout: blockLimitMs,
  });
  if (done.status !== 0) throw new Error(`it ended with ${done.status ?? done.signal}:\n${done.stdout}${done.stderr}`);
}

/** Resolves when every node of the block says that it runs. */
function startBlock({ text }: CommandBlock, home: string): Promise<ChildProcess> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', `exec ${text.trim()}`], {
    cwd: repository,
    env: environment(home),
    detached: true,
  });
  return new Promise((resolve, reject) => {
    let output = '';
    const late = setTimeout(() => reject(new Error(`the node does not start:\n${output}`)), hangGuardMs);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (!output.includes('the node runs')) return;
      clearTimeout(late);
      resolve(child);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('close', (code) => {
      clearTimeout(late);
      reject(new Error(`the node ended with ${code}:\n${output}`));
    });
  });
}

async function runTutorial(file: string): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'slotledger-tutorial-'));
  const running: ChildProcess[] = [];
  const blocks = blocksOf(readFileSync(join(directory, file), 'utf8'));
  let ran = 0;
  try {
    for (const block of blocks) {
      const started = performance.now();
      try {
        if (block.kind === 'server') running.push(await startBlock(block, home));
        else if (block.kind === 'run') runBlock(block, home);
      } catch (error) {
        throw new Error(`${file}, line ${block.line}: ${(error as Error).message}`);
      }
      if (block.kind !== 'other machine') ran += 1;
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${seconds.padStart(7)} s  ${file}:${block.line}  ${block.text.trim().split('\n')[0]}`);
    }
    const elsewhere = blocks.filter(({ kind }) => kind === 'other machine').length;
    if (ran + elsewhere !== blocks.length || ran === 0)
      throw new Error(`${file}: ${ran} of ${blocks.length} blocks were run`);
    console.log(
      `${file}: ${ran} of ${blocks.length} blocks run${elsewhere > 0 ? `, ${elsewhere} for other machines` : ''}`,
    );
  } finally {
    await Promise.all(running.map(stop));
    rmSync(home, { recursive: true, force: true });
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  process.kill(-child.pid, 'SIGTERM');
  await closed;
}

async function assertFree(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((free, taken) => {
    server.once('error', () => taken(new Error(`port ${port} is in use: stop what uses it`)));
    server.listen(port, '127.0.0.1', free);
  });
  await new Promise((closed) => server.close(closed));
}

try {
  const files = all.filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  for (const file of files) {
    for (const port of ports) await assertFree(port);
    await runTutorial(file);
  }
} catch (error) {
  console.error(`tutorials: ${(error as Error).message}`);
  process.exitCode = 1;
}
