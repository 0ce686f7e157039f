/** `server config show`: every setting in effect, and where it comes from. */
import type { Command } from 'commander';
import { createTerminal, table } from '../../client/cli/terminal.js';
import { readSettings, type Setting } from './settings.js';

export function showConfig(command: Command): void {
  const { all } = readSettings(command);
  const data = Object.fromEntries(all.map(({ name, value, origin }) => [name, { value: value ?? null, origin }]));
  createTerminal(command.optsWithGlobals()).result(data, () =>
    table(
      ['setting', 'value', 'from'],
      all.map((setting) => [setting.name, shown(setting.value), setting.origin]),
    ),
  );
}

function shown(value: Setting['value']): string {
  if (value === undefined) return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.join(', ');
  return String(value);
}
