/** The commands of `wallet`. Each is loaded when it runs, so that `--help` answers at once. */
import type { Command } from 'commander';
import type { HistoryOptions } from './commands/history.js';
import type { ImportOptions } from './commands/import.js';
import type { NewOptions } from './commands/new.js';
import type { ProveOptions } from './commands/prove.js';
import type { SendCommandOptions } from './commands/send.js';
import type { StakeOptions } from './commands/stake.js';
import type { SignOptions } from './commands/submit.js';
import type { VerifyOptions } from './commands/verify.js';
import type { Context } from './context.js';
import type { SigningOptions } from './payment.js';
import { createProgram } from './program.js';

export function createWalletProgram(): Command {
  return addWalletCommands(createProgram('wallet', 'Keep keys, look at balances, send payments.'));
}

/** Adds every wallet command below `parent`: the program itself, or `slotledger wallet`. */
export function addWalletCommands(parent: Command): Command {
  parent
    .option(
      '--node <url>',
      'node to talk to (SLOTLEDGER_NODE, else the one that runs on the home, else http://127.0.0.1:8080)',
    )
    .option('--home <directory>', 'where the keys are (SLOTLEDGER_HOME, else ~/.slotledger)')
    .option('--password-file <file>', 'file that holds the password of the key (SLOTLEDGER_PASSWORD_FILE)')
    .option('--output <form>', 'text or json (default: text)')
    .option('-y, --yes', 'answer every question with yes')
    .addHelpText('after', '\nAmounts are in tokens, such as 5 or 0.25. WHO is a name or an address.');
  addKeyCommands(parent);
  addPaymentCommands(parent);
  addOfflineCommands(parent);
  return parent;
}

function addKeyCommands(parent: Command): void {
  parent
    .command('new')
    .argument('<name>', 'name of the key')
    .option('--words <count>', 'length of the mnemonic, 12 or 24', '24')
    .description('make a new key and show its mnemonic once')
    .action(
      run<NewOptions>(async (context, [name], options) =>
        (await import('./commands/new.js')).newKey(context, name, options),
      ),
    );
  parent
    .command('import')
    .argument('<name>', 'name of the key')
    .option('--from <file>', 'file that holds the mnemonic or the seed; - is standard input (default: ask)')
    .option('--account <number>', 'which account below the mnemonic (default: 0)')
    .description('keep a key given as a mnemonic or as 64 hex digits')
    .action(
      run<ImportOptions>(async (context, [name], options) =>
        (await import('./commands/import.js')).importKey(context, name, options),
      ),
    );
  parent
    .command('list')
    .description('list the keys at hand')
    .action(run(async (context) => (await import('./commands/list.js')).listKeys(context)));
  parent
    .command('address')
    .argument('<name>', 'name of the key')
    .description('show the address of a key')
    .action(run(async (context, [name]) => (await import('./commands/list.js')).showAddress(context, name)));
}

function addPaymentCommands(parent: Command): void {
  parent
    .command('balance')
    .argument('[who]', 'whose (default: every key)')
    .description('show what an account holds')
    .action(run(async (context, [who]) => (await import('./commands/balance.js')).showBalance(context, who)));
  addSigningOptions(
    parent
      .command('send')
      .argument('<from>', 'name of the key that pays')
      .argument('[to]', 'who is paid')
      .argument('[amount]', 'how much')
      .option('--to <who=amount>', 'one more payment by the same signature (repeatable)', collect)
      .description('pay, and wait until it is final'),
  ).action(
    run<SendCommandOptions>(async (context, [from, to, amount], options) =>
      (await import('./commands/send.js')).send(context, from, to, amount, options),
    ),
  );
  addSigningOptions(
    parent
      .command('stake')
      .argument('<from>', 'name of the key that owns the validator')
      .argument('<amount>', 'how much to bond')
      .option('--validator-home <directory>', 'home of the node whose validator is staked, at its first stake')
      .option('--key-password-file <file>', 'file that holds the password of the keys in that home, if they have one')
      .description('bond stake to your validator'),
  ).action(
    run<StakeOptions>(async (context, [from, amount], options) =>
      (await import('./commands/stake.js')).stake(context, from, amount, options),
    ),
  );
  addSigningOptions(
    parent
      .command('unstake')
      .argument('<from>', 'name of the key that owns the validator')
      .argument('<amount>', 'how much to take out')
      .description('ask for bonded stake back; it is paid out after the unbonding period'),
  ).action(
    run<SigningOptions>(async (context, [from, amount], options) =>
      (await import('./commands/stake.js')).unstake(context, from, amount, options),
    ),
  );
  parent
    .command('history')
    .argument('<who>', 'whose')
    .option('--limit <count>', 'at most this many, 1 to 100', '20')
    .option('--cursor <cursor>', 'continue a list')
    .option('--full', 'show transaction ids in full, as `wallet status` takes them')
    .description('list final transactions, newest first')
    .action(
      run<HistoryOptions>(async (context, [who], options) =>
        (await import('./commands/history.js')).showHistory(context, who, options),
      ),
    );
  parent
    .command('status')
    .argument('<id>', 'id of the transaction')
    .description('show where a transaction stands')
    .action(run(async (context, [id]) => (await import('./commands/status.js')).showTransaction(context, id)));
}

function addOfflineCommands(parent: Command): void {
  parent
    .command('sign')
    .argument('<from>', 'name of the key that pays')
    .argument('<to>', 'address that is paid')
    .argument('<units>', 'amount in smallest units')
    .requiredOption('--chain <id>', 'chain id')
    .requiredOption('--nonce <number>', 'next nonce of the account and lane')
    .requiredOption('--fee <units>', 'fee in smallest units')
    .option('--lane <number>', 'lane, 0 to 255')
    .option('--memo <text>', 'note for everyone to read')
    .option('--expires-slot <slot>', 'last slot in which it is valid')
    .option('--prefix <text>', 'prefix of addresses (default: of the home’s chain, else sl)')
    .description('sign a payment without a node and print it')
    .action(
      run<SignOptions>(async (context, [from, to, units], options) =>
        (await import('./commands/submit.js')).signOffline(context, from, to, units, options),
      ),
    );
  parent
    .command('submit')
    .argument('<file>', 'signed transaction; - is standard input')
    .option('--timeout <seconds>', 'how long to wait until it is final', '60')
    .description('hand a signed transaction in and wait until it is final')
    .action(
      run<SigningOptions>(async (context, [file], options) =>
        (await import('./commands/submit.js')).submit(context, file, options),
      ),
    );
  parent
    .command('prove')
    .argument('<what>', 'a name or an address: what the account holds; the id of a transaction: that it is final')
    .option('--after <epoch>', 'begin with this epoch, whose validators the others trust (default: genesis)')
    .description('print a proof for others, who check it with the genesis file alone (`wallet verify`)')
    .action(
      run<ProveOptions>(async (context, [what], options) =>
        (await import('./commands/prove.js')).prove(context, what, options),
      ),
    );
  parent
    .command('verify')
    .argument('<file>', 'transaction, block with its certificate, or proof; - is standard input')
    .option('--epoch <file>', 'answer of GET /v1/epochs/N: the validators of the certificate')
    .option('--account <address>', 'whose account a proof of an account is about')
    .option('--genesis <file>', 'what a proof is checked against; closing blocks that it lacks are asked of a node')
    .option('--save-epoch <file>', 'keep the validators that a proof led to, for --epoch the next time')
    .description('check signatures, hashes and proofs, believing no node')
    .action(
      run<VerifyOptions>(async (context, [file], options) =>
        (await import('./commands/verify.js')).verify(context, file, options),
      ),
    );
  parent
    .command('canonicalize')
    .argument('<file>', 'JSON; - is standard input')
    .description('print the canonical bytes (RFC 8785) and their SHA-256')
    .action(run(async (context, [file]) => (await import('./commands/canonicalize.js')).canonicalize(context, file)));
}

function addSigningOptions(command: Command): Command {
  return command
    .option('--memo <text>', 'note for everyone to read')
    .option('--fee <amount>', 'fee in tokens, or auto: the least that is accepted', 'auto')
    .option('--lane <number>', 'lane of the nonce, 0 to 255: lanes do not wait for each other', '0')
    .option('--expires <slots>', 'valid for this many slots from now (default: for ever)')
    .option('--timeout <seconds>', 'how long to wait until it is final', '60');
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Commander has checked that required arguments are there; a command that has optional ones says so in its types. */
type Arguments = readonly [string, string, string];

/** Commander gives arguments, then options, then the command. */
function run<Options>(
  work: (context: Context, args: Arguments, options: Options) => void | Promise<void>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const { createContext } = await import('./context.js');
    const context = createContext(command);
    try {
      await work(context, given.slice(0, -2) as unknown as Arguments, command.opts() as Options);
    } catch (error) {
      throw context.explain(error);
    }
  };
}
