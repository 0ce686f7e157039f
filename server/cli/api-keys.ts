/** `server apikey add`, `list` and `remove`. A running node takes changes over by itself. */
import type { Command } from 'commander';
import { CliProblem, usageProblem } from '../../client/cli/cli-problem.js';
import { colour, table } from '../../client/cli/terminal.js';
import { addApiKey, apiKeyNameForm, type Role, readApiKeys, removeApiKey, roles } from '../home/api-keys.js';
import { prepareHome } from '../home/home.js';
import { homeContext, integerOption, saying } from './server-context.js';

export function add(name: string, command: Command): void {
  const { paths, terminal } = homeContext(command);
  const { role, rate } = command.optsWithGlobals<{ readonly role: string; readonly rate?: string }>();
  if (!apiKeyNameForm.test(name)) {
    throw usageProblem(`"${name}" cannot name an API key.`, 'Lower-case letters, digits, "-" and "_"; at most 32.');
  }
  if (!roles.includes(role as Role)) {
    throw usageProblem(`--role ${role} is not a role.`, `Roles are ${roles.join(', ')}.`);
  }
  const requestsPer10s = integerOption('--rate', rate, 1, 1_000_000);
  const key = saying(() => {
    prepareHome(paths);
    const wish = { name, role: role as Role, now: Date.now() };
    return addApiKey(paths.apiKeys, requestsPer10s === undefined ? wish : { ...wish, requestsPer10s });
  });
  terminal.note(
    colour.dim(
      `The key of ${name} for the node of ${paths.home}, shown this once. Send it as: authorization: Bearer <key>`,
    ),
  );
  terminal.result({ name, role, key }, () => key);
}

export function list(command: Command): void {
  const { paths, terminal } = homeContext(command);
  const keys = saying(() => readApiKeys(paths.apiKeys));
  const shown = keys.map(({ sha256: _, ...rest }) => rest);
  terminal.result({ keys: shown }, () => {
    if (shown.length === 0) return 'No API keys. Make one with `server apikey add NAME --role ROLE`.';
    return table(
      ['name', 'role', 'requests in 10 s', 'made'],
      shown.map((key) => [
        key.name,
        key.role,
        String(key.requests_per_10s ?? 'default'),
        new Date(key.created_at).toISOString().slice(0, 10),
      ]),
    );
  });
}

export function remove(name: string, command: Command): void {
  const { paths, terminal } = homeContext(command);
  if (!saying(() => removeApiKey(paths.apiKeys, name))) {
    throw new CliProblem('api_key_not_found', `There is no API key ${name}.`, 'See `server apikey list`.');
  }
  terminal.result({ name, removed: true }, () => `${name} is removed; the key opens nothing any more.`);
}
