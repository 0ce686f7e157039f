/** The commands of `server`. Each is loaded when it runs, so that `--help` answers at once. */
import type { Command } from 'commander';
import { createProgram } from '../../client/cli/program.js';
import { addApiKeyCommands } from './api-key-program.js';
import { addGenesisCommands } from './genesis-program.js';

export function createServerProgram(): Command {
  return addServerCommands(createProgram('server', 'Run and look after a node of a slotledger chain.'));
}

/** Adds every server command below `parent`: the program `server`, or `slotledger` itself. */
export function addServerCommands(parent: Command): Command {
  addNodeOptions(
    parent.command('start').description('run a node until it is told to stop; makes a development chain if needed'),
  )
    .option('--no-http', 'do not answer HTTP')
    .option('--difficulty <digits>', 'zero hex digits of every block hash of a new chain, 0 to 5')
    .action(run(async (command) => (await import('./start.js')).start(command)));
  addHomeOptions(parent.command('init').description('prepare a home: keys, vote state, and a chain'))
    .option('--genesis <file>', 'the chain to join (default: a new development chain)')
    .option('--slot-duration <seconds>', 'length of a slot of a new chain (default: 1)')
    .option('--slots-per-epoch <slots>', 'slots an epoch of a new chain (default: 30)')
    .option('--difficulty <digits>', 'zero hex digits of every block hash of a new chain, 0 to 5')
    .action(run(async (command) => (await import('./init.js')).init(command)));
  addHomeOptions(
    parent.command('keygen').description('make the keys of a validator and its vote state; never overwrites any'),
  ).action(run(async (command) => (await import('./init.js')).keygen(command)));
  const keys = parent.command('keys').description("a password on the node's keys");
  addKeyOptions(
    keys.command('seal').description('encrypt the keys with a password, which each start then needs'),
  ).action(run(async (command) => (await import('./seal-keys.js')).seal(command)));
  addKeyOptions(keys.command('unseal').description('take the password off the keys')).action(
    run(async (command) => (await import('./seal-keys.js')).unseal(command)),
  );
  addHomeOptions(parent.command('status').description('show what the node is doing'))
    .option('--node <url>', 'HTTP address (SLOTLEDGER_NODE, else of the home)')
    .action(run(async (command) => (await import('./status.js')).showStatus(command)));
  addHomeOptions(parent.command('health').description('exit with 0 if the node is ready, 1 if it is not'))
    .option('--node <url>', 'HTTP address (SLOTLEDGER_NODE, else of the home)')
    .action(run(async (command) => (await import('./status.js')).checkHealth(command)));
  addHomeOptions(parent.command('peers').description('show which nodes the node is connected to'))
    .option('--node <url>', 'HTTP address (SLOTLEDGER_NODE, else of the home)')
    .action(run(async (command) => (await import('./peers.js')).showPeers(command)));
  const config = parent.command('config').description('the configuration');
  addNodeOptions(config.command('show').description('print every setting in effect, and where it comes from')).action(
    run(async (command) => (await import('./config.js')).showConfig(command)),
  );
  addApiKeyCommands(parent, addHomeOptions);
  addHomeOptions(parent.command('verify').description('check the whole ledger again, from genesis on; changes nothing'))
    .argument('[ledger]', 'another ledger of the same chain, such as a backup (default: ledger.db in the home)')
    .action(async (file: string | undefined, _: object, command: Command) =>
      (await import('./verify.js')).verify(file, command),
    );
  parent
    .command('replay')
    .description('run the consensus core again on a recording of `start --record`; the effects must be the same')
    .argument('<file>', 'the recording; nothing else is read')
    .option('--trace', 'print every input, and what the core made of it')
    .option('--output <form>', 'text or json (default: text)')
    .action(async (file: string, _: object, command: Command) => (await import('./replay.js')).replay(file, command));
  const audit = parent.command('audit').description('the log of what was done with keys and settings');
  addHomeOptions(audit.command('verify').description('check that no line of the log was changed, taken out or put in'))
    .option('--holds <number:hash>', 'an entry noted earlier, which must still be there')
    .action(run(async (command) => (await import('./audit.js')).verifyAuditLog(command)));
  addHomeOptions(
    parent
      .command('repair')
      .description(
        'make a damaged ledger anew from its own blocks; moves the damaged file aside, keeps keys and votes',
      ),
  ).action(run(async (command) => (await import('./repair.js')).repair(command)));
  addHomeOptions(parent.command('backup').description('copy the ledger into one file, also while the node runs'))
    .argument('<file>', 'must not exist; without keys and vote state')
    .action(async (file: string, _: object, command: Command) => (await import('./backup.js')).backup(file, command));
  addHomeOptions(parent.command('restore').description('verify a backup and put it in the place of the ledger'))
    .argument('<backup>', 'a file that `server backup` made')
    .option('--replace', 'move a ledger that is there aside')
    .action(async (file: string, _: object, command: Command) => (await import('./restore.js')).restore(file, command));
  addHomeOptions(parent.command('export').description('print final blocks, one line of JSON each'))
    .option('--from <index>', 'first block (default: 1)')
    .option('--to <index>', 'last block (default: the last final one)')
    .action(run(async (command) => (await import('./backup.js')).exportBlocks(command)));
  parent
    .command('testnet')
    .description('make ready homes of a development chain with several validators on this machine')
    .requiredOption('--validators <number>', 'how many, 1 to 100')
    .requiredOption('--output <directory>', 'where to put the homes; must not exist or be empty')
    .option('--slot-duration <seconds>', 'length of a slot (default: 1)')
    .option('--slots-per-epoch <slots>', 'slots an epoch (default: 30)')
    .option('--base-port <port>', 'port for peers of the first node; HTTP is 920 below', '9000')
    .action(run(async (command) => (await import('./testnet.js')).testnet(command)));
  parent
    .command('simulate')
    .description('show a network in virtual time; faults last through the middle third of the run')
    .option('--validators <number>', 'how many, 1 to 31', '4')
    .option('--slots <number>', 'how long, 3 to 2000', '60')
    .option('--seed <number>', 'the same number shows the same run', '1')
    .option('--partition <groups>', 'who is cut off from whom, such as 0,1/2,3')
    .option('--crash <nodes>', 'who is down, such as 2')
    .option('--byzantine <number>', 'how many break the rules all the time, less than a third', '0')
    .option('--output <form>', 'text or json (default: text)')
    .action(run(async (command) => (await import('./simulate.js')).simulate(command)));
  addGenesisCommands(parent, addHomeOptions, addKeyOptions);
  return parent;
}

function addHomeOptions(command: Command): Command {
  return command
    .option('--home <directory>', 'home of the node (default: ~/.slotledger)')
    .option('--config <file>', 'configuration (default: config.toml in the home)')
    .option('--p2p-port <port>', 'port for peers; home and HTTP port follow from it (default: 9000)')
    .option('--output <form>', 'text or json (default: text)');
}

function addKeyOptions(command: Command): Command {
  return addHomeOptions(command).option(
    '--key-password-file <file>',
    "file that holds the password of the node's keys, if they have one (default: it is asked for)",
  );
}

function addNodeOptions(command: Command): Command {
  return addKeyOptions(command)
    .option('--listen <host>', 'address for peers (also --p2p-host)')
    .option('--p2p-host <host>', 'the same as --listen')
    .option('--http-port <port>', 'port for HTTP (default: 8080)')
    .option('--http-host <host>', 'address for HTTP (default: 127.0.0.1)')
    .option('--http-tls-cert <file>', 'PEM certificate: HTTPS instead of HTTP')
    .option('--http-tls-key <file>', 'PEM key of that certificate; replaced files are taken without a restart')
    .option('--http-anonymous <rights>', 'without an API key: submit (and read), read, or none (default: submit)')
    .option('--http-max-listeners <number>', 'event streams open at one time (default: 256)')
    .option('--bootstrap <host:port>', 'peer to connect to (repeatable)', collect)
    .option('--p2p-advertise <host:port>', 'how others reach this node, if not as it comes')
    .option('--no-peer-exchange', 'neither ask for nor tell the addresses of other nodes')
    .option('--private', 'dial --bootstrap only, and answer nobody who has not proved a node key')
    .option('--max-peers <number>', 'connections at the same time (default: 50)')
    .option('--tls', 'mutual TLS with peers, bound to node keys; no connection without it')
    .option('--allow <node-key>', 'talk to this node and to others so named only (repeatable)', collect)
    .option('--deny <node-key>', 'do not talk to this node (repeatable)', collect)
    .option('--genesis-hash <hash>', 'the only chain to run, join or be given')
    .option('--checkpoint <index:hash>', 'a final block that has to be on the chain')
    .option('--metrics-port <port>', 'a port of its own for GET /metrics')
    .option('--record <file>', 'append what the consensus core is given and does, for `server replay`')
    .option('--node-id <name>', 'readable name in logs')
    .option('--allow-root', 'run as root, which only development chains do otherwise')
    .option('--low-memory', 'take less memory, for a small machine; slower, and with shorter queues')
    .option('--log-level <level>', 'silent, fatal, error, warn, info, debug or trace');
}

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

function run(work: (command: Command) => void | Promise<void>): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    await work(given.at(-1) as Command);
  };
}
