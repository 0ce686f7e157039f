/** The file of a recording: bounded, private, appended to, and never in the node's way. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openRecordingFile, type RecordingFileOptions } from '../../../server/recording/recording-file.js';
import { firstHash, lineText } from '../../../server/recording/recording-lines.js';
import { hangGuardMs } from '../../hang-guard.js';

function place(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-recording-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'core.jsonl');
}

const line = (text: string): string => lineText(firstHash, JSON.stringify({ text }));
const ended = (reason: string): string => lineText(firstHash, JSON.stringify({ end: reason }));

function open(path: string, more: Partial<RecordingFileOptions> = {}) {
  const told: string[] = [];
  const file = openRecordingFile({ path, onEnded: (sentence) => told.push(sentence), endLine: ended, ...more });
  return { file, told };
}

test('lines stand in the file in the order given, readable by its owner only', async (t) => {
  const path = place(t);
  writeFileSync(path, '');
  chmodSync(path, 0o644);
  const { file, told } = open(path);
  const lines = Array.from({ length: 500 }, (_, i) => line(`${i} é`));
  for (const one of lines) assert.equal(file.write(one), true);
  await file.close();
  assert.equal(readFileSync(path, 'utf8'), lines.join('') + ended('stopped'));
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(told, []);
});

test('the next run appends, and what a killed run left unfinished is cut off', async (t) => {
  const path = place(t);
  const first = open(path).file;
  first.write(line('one'));
  await first.close();
  appendFileSync(path, line('two') + line('never finished').slice(0, -5));
  const second = open(path).file;
  second.write(line('three'));
  await second.close();
  assert.equal(
    readFileSync(path, 'utf8'),
    [line('one'), ended('stopped'), line('two'), line('three'), ended('stopped')].join(''),
  );
});

test('it never grows beyond its limit, says so once, and takes no more', async (t) => {
  const path = place(t);
  const { file, told } = open(path, { limitBytes: 2_000 });
  let taken = 0;
  while (file.write(line('x'.repeat(50)))) taken++;
  assert.ok(taken >= 10);
  assert.equal(file.write(line('more')), false);
  await file.close();
  assert.ok(statSync(path).size <= 2_000);
  assert.ok(readFileSync(path, 'utf8').endsWith(ended('full')));
  assert.equal(told.length, 1);
  assert.match(told[0]!, /has reached its limit of 2000 bytes\. The node goes on\.$/);
  const again = open(path, { limitBytes: 2_000 });
  assert.equal(again.file.write(line('x'.repeat(50))), false);
  assert.equal(again.told.length, 1);
  await again.file.close();
  assert.ok(statSync(path).size <= 2_000);
});

test('a disk that does not keep up ends the recording, not the node', async (t) => {
  const path = place(t);
  const { file, told } = open(path, { waitingBytes: 1_000 });
  // Nothing reaches the disk before this turn of the event loop ends.
  let taken = 0;
  while (file.write(line('x'.repeat(50)))) taken++;
  assert.ok(taken < 20);
  assert.match(told[0]!, /the disk, which does not keep up/);
  await file.close();
  assert.ok(readFileSync(path, 'utf8').endsWith(ended('slow')));
});

test('what was written is on disk at once after a flush', async (t) => {
  const path = place(t);
  const { file } = open(path);
  file.write(line('one'));
  file.write(line('two'));
  file.flush();
  assert.equal(readFileSync(path, 'utf8'), line('one') + line('two'));
  file.write(line('three'));
  await file.close();
  assert.equal(readFileSync(path, 'utf8'), line('one') + line('two') + line('three') + ended('stopped'));
});

test('a file that is no recording is refused and stays as it is', (t) => {
  const path = place(t);
  writeFileSync(path, '{"version":1,"kind":"validator"}\n');
  assert.throws(() => open(path), { code: 'RECORDING_NOT_OPENED', message: /exists and is not a recording/ });
  assert.equal(readFileSync(path, 'utf8'), '{"version":1,"kind":"validator"}\n');
  assert.throws(() => open('/dev/null'), { code: 'RECORDING_NOT_OPENED', message: /is not a file/ });
  assert.throws(() => open(join(path, 'below')), { code: 'RECORDING_NOT_OPENED' });
});

test('a disk that refuses to write ends the recording, and the process goes on', (t) => {
  const path = place(t);
  const program = `
    import { openRecordingFile } from '${new URL('../../../server/recording/recording-file.js', import.meta.url).href}';
    const told = [];
    let onEnded;
    const ended = new Promise((resolve) => {
      onEnded = (sentence) => resolve(told.push(sentence));
    });
    const file = openRecordingFile({ path: process.argv[1], onEnded, endLine: () => 'end' });
    for (let i = 0; i < 100; i++) file.write('x'.repeat(10_000));
    // The refusal comes when the system has got round to it.
    await ended;
    const taken = file.write('more');
    await file.close();
    console.log(JSON.stringify({ told, taken }));
  `;
  // Files of this process may have at most 64 blocks of 512 or 1024 bytes.
  const args = ['-c', 'ulimit -f 64; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', program, path];
  const run = spawnSync('sh', args, { encoding: 'utf8', timeout: hangGuardMs });
  assert.equal(run.status, 0, run.stderr);
  const { told, taken } = JSON.parse(run.stdout) as { told: readonly string[]; taken: boolean };
  assert.equal(taken, false);
  assert.equal(told.length, 1);
  assert.match(told[0]!, /it cannot be written \(EFBIG.*\)\. The node goes on\.$/);
  assert.ok(statSync(path).size <= 65_536);
});
