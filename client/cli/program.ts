/**
 * How the programs `slotledger`, `server` and `wallet` run: one place decides what is printed on failure and the exit
 * code. Results go to stdout, everything else to stderr.
 */
import { Command, CommanderError, Help, type Option } from 'commander';
import { exitCodes } from './cli-problem.js';
import { describeFailure, type Failure } from './failure.js';
import { version } from './version.js';

/** A program without commands. Commands made with `.command()` inherit its behaviour. */
export function createProgram(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true, optionDescription: describeOption })
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
}

/** A default as it is typed, without the quotes of JSON. */
const describeOption = (option: Option): string =>
  new Help().optionDescription(option).replace(/\(default: "(.*)"\)$/, '(default: $1)');

/** Runs a program to its end and sets the exit code; the process ends when nothing is left to do. */
export async function runProgram(program: Command, given: readonly string[]): Promise<void> {
  const argv = helpAsFlag(program, given);
  const json = wantsJson(argv);
  // What can be told nobody is no reason to stop half-way: a payment goes on.
  process.stderr.on('error', () => undefined);
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    tell(unwritten(error), json);
    process.exit(exitCodes.failed);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const failure = describeFailure(error, program, argv);
    process.exitCode = failure.exitCode;
    if (failure.silent) return;
    tell(failure, json);
    if (wantsDebug(argv)) {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    }
  }
}

function tell({ code, detail, fix, path }: Failure, json: boolean): void {
  process.stderr.write(
    json
      ? `${JSON.stringify({ error: { code, detail, fix, ...(path ? { path } : {}) } })}\n`
      : `error: ${detail}\n${fix === '' ? '' : `  fix: ${fix}\n`}`,
  );
}

/** The command itself has ended when its result is written. */
const unwritten = ({ code }: NodeJS.ErrnoException): Failure => ({
  code: 'output_failed',
  detail: `The result cannot be written to standard output (${code}).`,
  fix: 'The command itself is done: look at what it did before you run it again.',
  exitCode: exitCodes.failed,
});

/** `wallet help send` as `wallet send --help`. */
function helpAsFlag(program: Command, argv: readonly string[]): readonly string[] {
  let command = program;
  for (const [at, word] of argv.entries()) {
    if (word === 'help' && command.commands.length > 0) return [...argv.slice(0, at), ...argv.slice(at + 1), '--help'];
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next === undefined) return argv;
    command = next;
  }
  return argv;
}

/** Read before commander does, so that even a wrong flag is answered in the form asked for. */
const wantsJson = (argv: readonly string[]): boolean => says(argv, '--output', 'json');

const wantsDebug = (argv: readonly string[]): boolean =>
  process.env.SLOTLEDGER_LOG_LEVEL === 'debug' || says(argv, '--log-level', 'debug');

const says = (argv: readonly string[], flag: string, value: string): boolean =>
  argv.some((arg, at) => arg === `${flag}=${value}` || (arg === flag && argv[at + 1] === value));
