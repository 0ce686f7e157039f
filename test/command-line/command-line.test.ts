/** Every script that package.json or the docs name answers `--help`, and mistakes with one sentence. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hangGuardMs } from '../hang-guard.js';
import * as forms from './forms.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const read = (name: string): string => readFileSync(join(repository, name), 'utf8');

const docs = readdirSync(join(repository, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => join('docs', name));
const told = ['README.md', 'CHANGELOG.md', '.ci/run', ...docs].map(read).join('\n');

/** What is said to npm, by the name of its script. */
const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };
const fileOf = new Map(
  Object.entries(scripts).flatMap(([name, line]) => {
    const [, file] = /node (dist\/test\/\S+\.js)/.exec(line) ?? [];
    return file === undefined ? [] : [[name, file] as const];
  }),
);

/** Options by script, as far as the docs use any. */
const used = new Map([...fileOf.values()].map((file) => [file, new Set<string>()]));
for (const [, name, direct, args = ''] of told.matchAll(
  /(?:npm run ([\w:-]+) --|node (dist\/test\/\S+\.js))([^`|#\n]*)/g,
)) {
  const file = direct ?? fileOf.get(name!);
  if (file === undefined) continue;
  const flags = used.get(file) ?? new Set();
  used.set(file, flags);
  for (const [flag] of args.matchAll(/--[a-z-]+/g)) flags.add(flag);
}

interface Outcome {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function run(file: string, ...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { cwd: repository, timeout: hangGuardMs }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

function assertRefused({ code, stdout, stderr }: Outcome, sentence: RegExp): void {
  assert.equal(code, 2, stderr);
  assert.equal(stdout, '');
  const [first = '', second = '', ...rest] = stderr.split('\n');
  assert.match(first, sentence);
  assert.match(second, /^ {2}see: (npm run [\w:-]+ --|node dist\/test\/\S+\.js) --help$/);
  assert.deepEqual(rest, [''], 'a sentence and where to look');
}

test('scripts of npm and of the docs', { concurrency: 2 }, async (t) => {
  assert.ok(used.size >= 18, `${used.size} scripts`);
  assert.ok(used.get('dist/test/bench/main.js')?.has('--large-home'));
  const all = [...used].map(([file, flags]) =>
    t.test(file, async () => {
      const { code, stdout, stderr } = await run(file, '--help');
      assert.equal(code, 0, stderr);
      assert.equal(stderr, '');
      assert.match(stdout, /^Usage: (npm run [\w:-]+ --|node dist\/test\/\S+\.js) .*\n\n[A-Z]/);
      for (const flag of flags) assert.match(stdout, new RegExp(`^ {2}(-h, )?${flag}\\b`, 'm'));
      assert.deepEqual(
        stdout.split('\n').filter((line) => line.length > 80 || /undefined|NaN/.test(line)),
        [],
      );
      assertRefused(await run(file, '--no-such-option'), /^error: There is no option --no-such-option\b.*[.?]$/);
    }),
  );
  await Promise.all(all);
});

const mistakes: readonly (readonly [file: string, args: string, RegExp])[] = [
  ['twins/main.js', '--budgte 2', /^error: There is no option --budgte; did you mean --budget\?$/],
  ['bench/main.js', '--only latency,foo', /^error: "foo" does not fit --only, which takes one of latency, .*listeners/],
  ['twins/main.js', '2', /^error: "2" belongs to no option; what stands before -- is for npm\.$/],
  ['bench/large/build.js', '--accounts 5', /^error: --large-home is missing: /],
  ['twins/main.js', '--budget', /^error: --budget comes without a value, and takes a number of seconds/],
  ['twins/main.js', '--budget --seed 1', /^error: --budget comes without a value/],
  ['scale/main.js', '--print --budget 2m', /^error: "2m" does not fit --budget, which takes a number of seconds/],
  ['simulator/report.js', '', /^error: <file…> is missing: /],
  ['simulator/report.js', 'no-such-file', /^error: "no-such-file" does not fit <file…>, which takes a file that is/],
];

test('each kind of mistake', { concurrency: 2 }, async (t) => {
  const all = mistakes.map(([file, args, sentence]) =>
    t.test(`${file} ${args}`, async () => {
      assertRefused(await run(`dist/test/${file}`, ...args.split(' ').filter(Boolean)), sentence);
    }),
  );
  await Promise.all(all);
});

test('forms of values', () => {
  const fits: readonly (readonly [forms.Form<unknown>, string, unknown])[] = [
    [forms.number({ above: 0 }), '0.5', 0.5],
    [forms.count, '20', 20],
    [forms.seconds({ most: 60 }), '60s', 60],
    [forms.durationMs, '1.001', 1001],
    [forms.durationMs, '0.5s', 500],
    [forms.listOf(forms.wholeNumber()), '4,16', [4, 16]],
    [forms.listOf(forms.oneOf('part', ['a', 'b'])), 'b,a', ['b', 'a']],
    [forms.partOf('name', ['etcd, one node']), 'one', 'one'],
  ];
  for (const [form, text, value] of fits) assert.deepEqual(form.parse(text), value, text);
  const misfits: readonly (readonly [forms.Form<unknown>, string, string])[] = [
    [forms.number({ above: 0 }), '0', '0'],
    [forms.number(), '1e3', '1e3'],
    [forms.number(), '-1', '-1'],
    [forms.count, '0', '0'],
    [forms.count, '1.5', '1.5'],
    [forms.seed, '9007199254740993', '9007199254740993'],
    [forms.seconds({ most: 60 }), '61', '61'],
    [forms.durationMs, '2m', '2m'],
    [forms.durationMs, '', ''],
    [forms.listOf(forms.wholeNumber({ most: 9 })), '4,,5', ''],
    [forms.listOf(forms.wholeNumber({ most: 9 })), '4,10', '10'],
    [forms.oneOfThese('part', { a: 'first' }), 'toString', 'toString'],
    [forms.partOf('name', ['etcd']), 'ganache', 'ganache'],
    [forms.file, '', ''],
  ];
  for (const [form, text, part] of misfits) {
    assert.throws(() => form.parse(text), { constructor: forms.Misfit, message: part }, text);
  }
});
