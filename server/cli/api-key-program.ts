/** The commands of `server apikey`. */
import type { Command } from 'commander';

export function addApiKeyCommands(parent: Command, addHomeOptions: (command: Command) => Command): void {
  const apiKey = parent.command('apikey').description('keys that programs show to the HTTP API');
  addHomeOptions(apiKey.command('add').description('make a key and print it once; the home keeps its hash only'))
    .argument('<name>', 'lower-case letters, digits, "-" and "_"')
    .requiredOption('--role <role>', 'read, submit (and read), or admin (everything)')
    .option('--rate <requests>', 'requests in 10 seconds (default: 2000)')
    .action(async (name: string, _: object, command: Command) => (await import('./api-keys.js')).add(name, command));
  addHomeOptions(apiKey.command('list').description('names, roles and rates')).action(
    async (_: object, command: Command) => (await import('./api-keys.js')).list(command),
  );
  addHomeOptions(apiKey.command('remove').description('make a key worthless; a running node knows within a second'))
    .argument('<name>', 'as it was added')
    .action(async (name: string, _: object, command: Command) => (await import('./api-keys.js')).remove(name, command));
}
