/** `server config show`: every setting in effect, and where it comes from. What is wrong is told beside the rest. */
import type { Command } from 'commander';
import { CliProblem } from '../../client/cli/cli-problem.js';
import { createTerminal, table } from '../../client/cli/terminal.js';
import { readSettings, type Setting } from './settings.js';

export function showConfig(command: Command): void {
  const problems: CliProblem[] = [];
  const { all } = readSettings(command, (problem) => problems.push(problem));
  const data = Object.fromEntries(all.map(({ name, value, origin }) => [name, { value: value ?? null, origin }]));
  createTerminal(command.optsWithGlobals()).result(data, () =>
    table(
      ['setting', 'value', 'from'],
      all.map((setting) => [setting.name, shown(setting.value), setting.origin]),
    ),
  );
  const [first, ...more] = problems;
  if (first === undefined) return;
  const detail = [first, ...more].map((problem) => problem.detail).join(' ');
  throw new CliProblem(first.code, detail, first.fix, first.exitCode);
}

function shown(value: Setting['value']): string {
  if (value === undefined) return '-';
  // An empty `allow` lets nobody in; none lets everybody.
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return String(value);
}
