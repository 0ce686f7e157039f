/** Where log lines go: whole lines, in order, and what is left when a process ends. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLogDestination } from '../../../server/node-runtime/log-destination.js';
import { temporaryDirectory } from '../nodes.js';

const lines = Array.from({ length: 500 }, (_, at) => `line ${at} ${'x'.repeat(at)}\n`);

test('what is written is there, whole and in order, when it is closed', (t) => {
  const path = join(temporaryDirectory(t), 'log');
  const fd = openSync(path, 'a');
  const listening = process.listenerCount('exit');
  const destination = createLogDestination(fd);
  for (const line of lines.slice(1)) destination.write(line);
  destination.close();
  destination.write('too late\n');
  closeSync(fd);
  // The first line may be under way on another thread at that moment.
  assert.equal(readFileSync(path, 'utf8').includes(lines.slice(2).join('')), true);
  assert.equal(process.listenerCount('exit'), listening, 'nothing is left in the process around it');
});

test('a process that ends at once has written what waited', () => {
  const module = JSON.stringify(new URL('../../../server/node-runtime/log-destination.js', import.meta.url));
  const program = `import { createLogDestination } from ${module};
    const destination = createLogDestination(1);
    for (let at = 0; at < 1000; at += 1) destination.write(\`line \${at}\\n\`);
    process.exit(0);`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  assert.deepEqual(new Set(printed.trimEnd().split('\n')).size, 1000);
});

test('where there is no room, lines that wait take no more than a mebibyte', () => {
  const destination = createLogDestination(openSync('/dev/full', 'w'));
  const before = process.memoryUsage().heapUsed;
  const line = `${'x'.repeat(999)}\n`;
  for (let at = 0; at < 100_000; at += 1) destination.write(`${at} ${line}`);
  assert.ok(process.memoryUsage().heapUsed - before < 32_000_000, 'of 100 MB');
  destination.flushSync();
  destination.close();
});
