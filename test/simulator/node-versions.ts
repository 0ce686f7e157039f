/**
 * `npm run sim:versions`: the golden seeds under other releases of Node, fetched as npm packages that carry the program.
 * A release that cannot be fetched here is skipped, with the reason.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as forms from '../command-line/forms.js';
import { readCommandLine, words } from '../command-line/read-command-line.js';
import type { GoldenRun } from './golden.js';
import { goldenTraces } from './golden-traces.js';

const options = readCommandLine({
  command: 'npm run sim:versions',
  about:
    'Runs the golden seeds under other releases of Node, fetched from npm: their trace hashes have to be the recorded ones. ' +
    'A release that cannot be fetched is skipped, with the reason.',
  parameters: { releases: words(forms.text('release'), 'releases of Node, such as 22 or 24.1.0', '22 24') },
});
const releases = options.releases.length > 0 ? options.releases : ['22', '24'];
const execute = promisify(execFile);
const program = fileURLToPath(new URL('./golden.js', import.meta.url));
const name = `node-${process.platform}-${process.arch}`;

/** @returns the path of the program */
async function fetchNode(release: string, directory: string): Promise<string> {
  await writeFile(join(directory, 'package.json'), '{}');
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-save', '--prefix', directory];
  await execute('npm', ['install', ...options, `${name}@${release}`], { cwd: directory, timeout: 300_000 });
  return join(directory, 'node_modules', name, 'bin', 'node');
}

const firstLine = (error: unknown): string => {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr || message).split('\n').find((line) => /npm error|Error/.test(line)) ?? message.split('\n')[0]!;
};

for (const release of releases) {
  const directory = await mkdtemp(join(tmpdir(), `node-${release}-`));
  try {
    const node = await fetchNode(release, directory).catch((error: unknown) => {
      console.log(`Node ${release}: skipped, ${name}@${release} cannot be fetched: ${firstLine(error)}`);
      return undefined;
    });
    if (node === undefined) continue;
    const { stdout } = await execute(node, [program], { timeout: 300_000 });
    const run = JSON.parse(stdout) as GoldenRun;
    const differing = goldenTraces.filter(({ traceHash }, at) => run.hashes[at] !== traceHash);
    if (differing.length > 0 || run.addons.length > 0) process.exitCode = 1;
    console.log(
      `Node ${run.node}: ${run.hashes.length - differing.length} of ${run.hashes.length} trace hashes as recorded` +
        (differing.length > 0 ? `; others for seeds ${differing.map(({ seed }) => seed).join(', ')}` : '') +
        (run.addons.length > 0 ? `; native addons: ${run.addons.join(', ')}` : ''),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
