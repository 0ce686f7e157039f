/** Turns whatever went wrong into one sentence, what to do, and an exit code. */
import { type Command, CommanderError } from 'commander';
import { ApiProblem, NodeUnreachable } from '../http/problem.js';
import { CliProblem, exitCodes } from './cli-problem.js';

export interface Failure {
  readonly code: string;
  readonly detail: string;
  readonly fix: string;
  readonly exitCode: number;
  /** Where in what was handed in. */
  readonly path?: string;
  /** Nothing more is to be printed. */
  readonly silent?: true;
}

const startOrName = 'Start one with `server start`, or name another with --node URL.';

export function describeFailure(error: unknown, program: Command, argv: readonly string[]): Failure {
  if (error instanceof CliProblem) return error;
  if (error instanceof CommanderError) return wrongUsage(error, program, argv);
  if (error instanceof ApiProblem) {
    return refusedByNode(error);
  }
  if (error instanceof NodeUnreachable) {
    return {
      code: 'node_unreachable',
      detail: error.message,
      fix: error.fix ?? startOrName,
      exitCode: exitCodes.unreachable,
    };
  }
  if (error instanceof Error && error.name === 'ExitPromptError') {
    return { code: 'interrupted', detail: '', fix: '', exitCode: exitCodes.interrupted, silent: true };
  }
  return systemFailure(error);
}

/** The node's help speaks of the member `path` of its answer, which nobody sees here: it is named instead. */
function refusedByNode({ code, detail, fix, path = '' }: ApiProblem): Failure {
  const failure = { code, detail, exitCode: exitCodes.refused };
  // What is not there was named by whoever asked; its place says nothing more.
  if (path === '' || code.endsWith('_not_found')) return { ...failure, fix: fix.replace(' that `path` names', '') };
  const named = fix.replace('that `path` names', `\`${path}\``);
  return { ...failure, path, fix: named === fix ? `${fix} (It is about \`${path}\`.)` : named };
}

/** Commander's own sentences, with the nearest command or flag where it knows one. */
function wrongUsage(error: CommanderError, program: Command, argv: readonly string[]): Failure {
  const failure = { code: 'usage', exitCode: exitCodes.usage };
  const command = deepestCommand(program, argv);
  const help = `Run \`${fullName(command)} --help\` to see what is possible.`;
  if (error.code === 'commander.help') return { ...failure, detail: '', fix: '', silent: true };
  const [sentence = '', suggestion] = error.message
    .replace(/^error: /, '')
    .split('\n')
    .map((line) => line.trim());
  const capital = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  const detail = /[.!?]$/.test(capital) ? capital : `${capital}.`;
  const nearest = suggestion === undefined ? '' : `${suggestion.replace(/^\(|\)$/g, '')} `;
  return { ...failure, detail, fix: `${nearest}${help}` };
}

function deepestCommand(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const arg of argv) {
    const next = command.commands.find((candidate) => candidate.name() === arg);
    if (next !== undefined) command = next;
  }
  return command;
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

function systemFailure(error: unknown): Failure {
  const { code, path, message, syscall } = error as NodeJS.ErrnoException;
  const failure = { exitCode: exitCodes.failed };
  const ofDisk = diskFailure(error);
  if (ofDisk !== undefined && syscall !== 'mkdir') return { ...failure, ...ofDisk };
  if (syscall === 'mkdir' && !/^(ENOSPC|EDQUOT)$/.test(code ?? '')) {
    return {
      ...failure,
      code: code === 'EEXIST' || code === 'ENOTDIR' ? 'not_a_directory' : 'no_permission',
      detail: `The directory ${path} cannot be made (${code}).`,
      fix: 'Name another, in a directory that this user may write to; is --home right?',
    };
  }
  switch (code) {
    case 'ENOENT':
      return { ...failure, code: 'file_not_found', detail: `There is no file ${path}.`, fix: 'Check the path.' };
    case 'EACCES':
    case 'EPERM':
      return {
        ...failure,
        code: 'no_permission',
        detail: `This user may not open ${path}.`,
        fix: `Look at its owner and permissions with \`ls -ld ${path}\`.`,
      };
    case 'ENOTDIR':
      return {
        ...failure,
        code: 'not_a_directory',
        detail: `${path ?? 'The path'} leads through a file that is no directory.`,
        fix: 'Name a directory; is --home right?',
      };
    case 'EISDIR':
      return { ...failure, code: 'not_a_file', detail: `${path ?? 'The path'} is a directory.`, fix: 'Name a file.' };
    default:
      return {
        ...failure,
        code: 'unexpected',
        detail: `Something unexpected happened: ${(message ?? String(error)).replace(/\.$/, '')}.`,
        fix: 'Run it again with SLOTLEDGER_LOG_LEVEL=debug in the environment and report what it prints.',
      };
  }
}

/** What the system and SQLite call it, by the beginning of the code. */
const diskFaults: readonly (readonly [codes: RegExp, code: string, sentence: string, fix: string])[] = [
  // SHMSIZE: what SQLite says where there is no room for the index of the log.
  [/^(ENOSPC|SQLITE_FULL|SQLITE_IOERR_SHMSIZE)/, 'disk_full', 'The disk is full.', 'Free some space and run it again.'],
  [
    /^(EDQUOT|EFBIG)/,
    'disk_full',
    'This user may write no more.',
    'Free some space, or have the limit raised, and run it again.',
  ],
  [
    /^(EROFS|SQLITE_READONLY|SQLITE_CANTOPEN)/,
    'no_permission',
    'A file cannot be written here.',
    'Look at owner, permissions and mount of its directory, or name another file.',
  ],
  [
    /^(EIO|SQLITE_IOERR)/,
    'disk_failed',
    'The disk reported an error.',
    'Look at the disk and at limits on the size of files, then run it again.',
  ],
];

/** What the disk did, also under a sentence of ours that names the file: no bug, and nothing to report. */
function diskFailure(error: unknown): Pick<Failure, 'code' | 'detail' | 'fix'> | undefined {
  const { code: own, path, message, cause } = error as NodeJS.ErrnoException;
  const code = own ?? (cause as NodeJS.ErrnoException | undefined)?.code;
  const found = typeof code === 'string' ? diskFaults.find(([codes]) => codes.test(code)) : undefined;
  if (found === undefined) return undefined;
  const [, kind, sentence, fix] = found;
  const where = path === undefined ? '' : ` (${path})`;
  return { code: kind, detail: own === undefined ? message : sentence.replace(/\.$/, `${where}.`), fix };
}
