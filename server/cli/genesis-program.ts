/** `server genesis …`: how several organisations agree on a chain. Commands load when they run. */
import type { Command } from 'commander';

type AddOptions = (command: Command) => Command;

export function addGenesisCommands(parent: Command, addHomeOptions: AddOptions, addKeyOptions: AddOptions): void {
  const genesis = parent.command('genesis').description('what a chain begins with: show it, or make one together');
  addHomeOptions(genesis.command('show').description('print a genesis with its hash; --output json: the file itself'))
    .argument('[file]', 'genesis or draft (default: genesis.json in the home)')
    .action(async (file: string | undefined, _: object, command: Command) =>
      (await import('./genesis-show.js')).showGenesis(file, command),
    );
  genesis
    .command('new')
    .description('begin the genesis of a new chain: a draft that waits for cards')
    .argument('<file>', 'where to write it')
    .requiredOption('--name <name>', 'name of the chain: lower-case letters, digits and -')
    .option('--symbol <symbol>', 'symbol of the token', 'SLOT')
    .option('--decimals <digits>', 'decimal places of the token', '3')
    .option('--prefix <letters>', 'what addresses begin with', 'sl')
    .option('--start <time>', 'when slot 0 begins, such as 2027-01-31T12:00:00Z (default: now)')
    .option('--slot-duration <seconds>', 'length of a slot (default: 1)')
    .option('--parameter <name=value>', 'any protocol parameter (repeatable)', collect)
    .option('--account <address=amount>', 'an account with money, or address=amount=name (repeatable)', collect)
    .option('--output <form>', 'text or json (default: text)')
    .action(async (file: string, _: object, command: Command) =>
      (await import('./genesis-new.js')).newGenesis(file, command),
    );
  addKeyOptions(genesis.command('join').description('sign a card with the keys of this home; makes keys if needed'))
    .argument('<draft>', 'the draft that all share')
    .requiredOption('--name <name>', 'name of the organisation')
    .requiredOption('--owner <account>', 'address, or key of the wallet, that owns the validator and its stake')
    .requiredOption('--stake <amount>', 'stake of the validator')
    .option('--balance <amount>', "what the owner's account has besides (default: nothing)")
    .option('--card <file>', 'where to write the card (default: standard output)')
    .action(async (file: string, _: object, command: Command) =>
      (await import('./genesis-cards.js')).joinGenesis(file, command),
    );
  genesis
    .command('add')
    .description('put cards into a draft; every order gives the same hash')
    .argument('<draft>', 'the draft, which is rewritten')
    .argument('<card...>', 'files with cards')
    .option('--output <form>', 'text or json (default: text)')
    .action(async (file: string, cards: string[], _: object, command: Command) =>
      (await import('./genesis-cards.js')).addToGenesis(file, cards, command),
    );
}

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];
