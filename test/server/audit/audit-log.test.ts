import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type AuditEntry, entryHash, entryLine } from '../../../server/audit/audit-entry.js';
import { openAuditLog } from '../../../server/audit/audit-log.js';
import { verifyAudit } from '../../../server/audit/verify-audit.js';
import { temporaryDirectory } from '../nodes.js';

function openIn(home: string, fileBytes?: number, now = () => 1_700_000_000_000) {
  const onFailure = (sentence: string): never => assert.fail(sentence);
  return openAuditLog({ home, now, onFailure, ...(fileBytes === undefined ? {} : { fileBytes }) });
}

/** A log with `count` calls of administrators. */
function written(t: TestContext, count: number, fileBytes?: number): string {
  const home = temporaryDirectory(t);
  const log = openIn(home, fileBytes);
  for (let i = 1; i <= count; i += 1) log.record('admin_call', { key: 'ops', call: `call ${i}` });
  log.close();
  return home;
}

const fileOf = (home: string): string => join(home, 'audit.jsonl');
const linesOf = (home: string): string[] => readFileSync(fileOf(home), 'utf8').trimEnd().split('\n');

function entriesOf(home: string): AuditEntry[] {
  const entries: AuditEntry[] = [];
  verifyAudit(home, (entry) => void entries.push(entry));
  return entries;
}

test('every entry names the hash of the one before, over restarts, and only the owner can read them', (t) => {
  const home = written(t, 3);
  const log = openIn(home);
  log.record('node_stopped', {});
  log.close();
  const report = verifyAudit(home);
  assert.deepEqual([report.entries, report.first, report.last?.n, report.broken], [4, 1, 4, undefined]);
  const entries = entriesOf(home);
  for (const [i, entry] of entries.entries()) if (i > 0) assert.equal(entry.previous, entries[i - 1]!.hash);
  assert.equal(statSync(fileOf(home)).mode & 0o777, 0o600);
});

test('a line that was changed, taken out, put in or moved is named', (t) => {
  const home = written(t, 5);
  const lines = linesOf(home);
  const forged = openIn(temporaryDirectory(t));
  forged.close();
  const breaks: readonly (readonly [name: string, lines: readonly string[], line: number])[] = [
    ['changed', lines.with(2, lines[2]!.replace('call 3', 'call 9')), 3],
    ['written otherwise', lines.with(2, lines[2]!.replace('{"about"', '{ "about"')), 3],
    ['taken out', lines.toSpliced(2, 1), 3],
    ['the first taken out', lines.slice(1), 0],
    ['put in twice', lines.toSpliced(2, 0, lines[1]!), 3],
    ['moved', [lines[0]!, lines[2]!, lines[1]!, lines[3]!, lines[4]!], 2],
    ['nonsense', lines.with(4, 'hello'), 5],
  ];
  for (const [name, changed, line] of breaks) {
    writeFileSync(fileOf(home), `${changed.join('\n')}\n`);
    const { broken, first } = verifyAudit(home);
    // That the beginning is gone looks like rotation: the number of the first entry tells of it.
    if (line === 0) assert.deepEqual([broken, first], [undefined, 2]);
    else assert.deepEqual([broken?.file, broken?.line], ['audit.jsonl', line], name);
  }
});

test('every single changed byte is noticed', (t) => {
  const home = written(t, 2);
  const bytes = readFileSync(fileOf(home));
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    writeFileSync(fileOf(home), changed);
    assert.ok(verifyAudit(home).broken !== undefined, `byte ${at}`);
  }
});

test('full files are put aside, bounded in number, and the chain goes on through them', (t) => {
  const home = written(t, 90, 800);
  const files = readdirSync(home).sort();
  assert.equal(files.length, 16);
  const report = verifyAudit(home);
  assert.equal(report.broken, undefined);
  assert.ok(report.first > 1);
  assert.equal(report.last?.n, 90);
  assert.equal(report.entries, 91 - report.first);
  const [oldest, , third] = files.filter((name) => /\d/.test(name)).sort((a, b) => numberIn(a) - numberIn(b));
  const aside = join(home, 'aside');
  renameSync(join(home, third!), aside);
  assert.match(verifyAudit(home).broken?.detail ?? '', /is missing/);
  renameSync(aside, join(home, third!));
  rmSync(join(home, oldest!));
  assert.equal(verifyAudit(home).broken, undefined);
});

const numberIn = (name: string): number => Number(/\d+/.exec(name)?.[0]);

test('a full file that cannot be put aside stops the node once, and the log closes no file but its own', (t) => {
  const home = temporaryDirectory(t);
  const failures: string[] = [];
  const log = openAuditLog({
    home,
    now: () => 1_700_000_000_000,
    onFailure: (said) => failures.push(said),
    fileBytes: 300,
  });
  mkdirSync(join(home, 'audit-1.jsonl', 'something'), { recursive: true });
  while (log.record('node_stopped', {}));
  assert.equal(log.record('node_stopped', {}), false);
  assert.match(failures.join(), /^The audit log .* cannot be written \(.*\)\.$/);
  const others = [1, 2, 3].map((name) => openSync(join(home, `${name}`), 'w'));
  log.close();
  for (const other of others) {
    fstatSync(other);
    closeSync(other);
  }
});

test('a restart right after rotation goes on with the chain', (t) => {
  const home = written(t, 4, 500);
  renameSync(fileOf(home), join(home, `audit-${entriesOf(home).at(-1)!.n}.jsonl`));
  const before = verifyAudit(home).last?.n;
  const log = openIn(home);
  log.record('node_stopped', {});
  log.close();
  const report = verifyAudit(home);
  assert.deepEqual([report.broken, report.last?.n], [undefined, before! + 1]);
});

test('half a line at the end, as a power cut leaves it, is taken off and told of', (t) => {
  const home = written(t, 2);
  appendFileSync(fileOf(home), linesOf(home)[1]!.slice(0, 50));
  assert.equal(verifyAudit(home).broken?.line, 3);
  openIn(home).close();
  assert.equal(verifyAudit(home).broken, undefined);
  assert.deepEqual(
    entriesOf(home)
      .map(({ event, about }) => [event, about.bytes])
      .at(-1),
    ['half_line_removed', 50],
  );
});

test('behind a damaged end the log goes on, and the damage stays visible', (t) => {
  const home = written(t, 3);
  const lines = linesOf(home);
  writeFileSync(fileOf(home), `${[...lines.slice(0, 2), 'damaged'].join('\n')}\n`);
  const log = openIn(home);
  log.record('node_stopped', {});
  log.close();
  assert.equal(linesOf(home).length, 5);
  assert.equal(verifyAudit(home).broken?.line, 3);
});

test('what strangers bring about is limited, and how much was left out is told', (t) => {
  const home = temporaryDirectory(t);
  let now = 1_000_000;
  const log = openIn(home, undefined, () => now);
  for (let i = 0; i < 100; i += 1) log.note('admin_refused', { from: 'x' });
  now += 60_000;
  log.note('admin_refused', { from: 'y' });
  log.close();
  const entries = entriesOf(home);
  assert.equal(entries.length, 62);
  assert.deepEqual(
    entries.slice(-2).map(({ event, about }) => [event, about]),
    [
      ['left_out', { count: 40 }],
      ['admin_refused', { from: 'y' }],
    ],
  );
});

test('a log in which a newer version wrote an event of its own is gone on with, and verifies', (t) => {
  const home = written(t, 2);
  const { last } = verifyAudit(home);
  const body = { n: 3, at: 1_700_000_000_001, event: 'keys_moved_2', about: {}, previous: last!.hash };
  appendFileSync(fileOf(home), `${entryLine({ ...body, hash: entryHash(body) })}\n`);
  const log = openIn(home);
  log.record('node_stopped', {});
  log.close();
  const report = verifyAudit(home);
  assert.deepEqual([report.entries, report.last?.n, report.broken], [4, 4, undefined]);
});

test('behind a last line that is no entry the chain begins anew, with the numbers that follow, and that line is named', (t) => {
  for (const fileBytes of [undefined, 1_000]) {
    const home = written(t, 9, fileBytes);
    const { last } = verifyAudit(home);
    const damaged = linesOf(home).with(-1, 'no entry');
    writeFileSync(fileOf(home), `${damaged.join('\n')}\n`);
    const log = openIn(home);
    log.record('node_stopped', {});
    log.close();
    assert.equal(last?.n, 9);
    const numbers = linesOf(home)
      .slice(-2)
      .map((line) => JSON.parse(line).n);
    assert.deepEqual(numbers, [10, 11]);
    assert.equal(JSON.parse(linesOf(home).at(-2)!).event, 'chain_begun_anew');
    assert.deepEqual(verifyAudit(home).broken?.line, damaged.length);
  }
});
