/**
 * How commands speak: results to stdout (as text, or as one JSON value with `--output json`), notes and questions to
 * stderr. Colours only where a person reads, which is a terminal that knows them, or as FORCE_COLOR says, and never with
 * NO_COLOR.
 */
import Table from 'cli-table3';
import picocolors from 'picocolors';
import { usageProblem } from './cli-problem.js';

/** picocolors alone would also colour whenever CI is set, where nobody asked for it. */
const pc = picocolors.createColors(wantsColours(process.env, process.stdout.isTTY === true));

/** @param isTerminal of standard output */
export function wantsColours({ NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (NO_COLOR) return false;
  return FORCE_COLOR ? !/^(0|false)$/.test(FORCE_COLOR) : isTerminal && TERM !== 'dumb';
}

export interface Terminal {
  readonly json: boolean;
  /** Whether questions can be asked. */
  readonly interactive: boolean;
  /** The result of the command: `data` for programs, `text` for people. Once a command. */
  result(data: unknown, text: () => string): void;
  /** A remark beside the result; not in JSON. */
  note(text: string): void;
}

export interface OutputOptions {
  readonly output?: string;
}

export function createTerminal(options: OutputOptions): Terminal {
  if (options.output !== undefined && options.output !== 'text' && options.output !== 'json') {
    throw usageProblem(`--output ${options.output} is not known.`, 'Write --output text or --output json.');
  }
  const json = options.output === 'json';
  return {
    json,
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    result(data, text) {
      process.stdout.write(json ? `${JSON.stringify(data)}\n` : `${text()}\n`);
    },
    note(text) {
      if (!json) process.stderr.write(`${text}\n`);
    },
  };
}

/** Rows below bold titles, without borders. Numbers stand right where `right` names their column. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], right: readonly number[] = []) {
  const none = '';
  const made = new Table({
    head: head.map((title) => pc.bold(title)),
    colAligns: head.map((_, column) => (right.includes(column) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    chars: {
      top: none,
      'top-mid': none,
      'top-left': none,
      'top-right': none,
      bottom: none,
      'bottom-mid': none,
      'bottom-left': none,
      'bottom-right': none,
      left: none,
      'left-mid': none,
      mid: none,
      'mid-mid': none,
      right: none,
      'right-mid': none,
      middle: none,
    },
  });
  made.push(...rows.map((row) => [...row]));
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** `name  value` lines with the values in one column; entries without a value are left out. */
export function fields(entries: readonly (readonly [name: string, value: string | undefined])[]): string {
  const present = entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
  const width = Math.max(...present.map(([name]) => name.length));
  return present.map(([name, value]) => `${pc.dim(name.padEnd(width))}  ${value}`).join('\n');
}

/**
 * What somebody else wrote, such as a memo, on one line: characters that steer a terminal or turn the direction of
 * writing become blanks, so that nobody can write over what the program says.
 */
export const oneLine = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ');

/** `1 block`, `2 blocks`; `shown` is how the number is written. */
export function counted(count: number, noun: string, shown = String(count)): string {
  return `${shown} ${noun}${count === 1 ? '' : 's'}`;
}

/** `12 ms`, `1.4 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export { pc as colour };
