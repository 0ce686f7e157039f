/** `server audit verify`: follows the audit log's chain of hashes, and names the line that breaks it. */
import type { Command } from 'commander';
import { CliProblem, usageProblem } from '../../client/cli/cli-problem.js';
import { colour } from '../../client/cli/terminal.js';
import { verifyAudit } from '../audit/verify-audit.js';
import { homeContext } from './server-context.js';
import { serverExitCodes } from './server-failure.js';

export function verifyAuditLog(command: Command): void {
  const { paths, terminal } = homeContext(command);
  const noted = notedEntry(command.optsWithGlobals<{ readonly holds?: string }>().holds);
  let held = noted === undefined;
  const { entries, first, last, broken } = verifyAudit(paths.home, ({ n, hash }) => {
    if (n === noted?.n && hash === noted.hash) held = true;
  });
  if (broken !== undefined) {
    throw new CliProblem(
      'audit_log_broken',
      `Line ${broken.line} of ${broken.file}: ${broken.detail}.`,
      `${entries} entries before it are as they were written; what follows cannot be relied on.`,
      serverExitCodes.corruptData,
    );
  }
  if (!held) {
    throw new CliProblem(
      'audit_log_broken',
      `Entry ${noted!.n} with the hash ${noted!.hash} is not in the log, which has entries ${first} to ${last?.n ?? 0}.`,
      'The log was written anew, or cut off, since that entry was noted.',
      serverExitCodes.corruptData,
    );
  }
  terminal.result(
    { ok: true, entries, first, ...(last === undefined ? {} : { last: { n: last.n, hash: last.hash } }) },
    () => {
      if (last === undefined) return 'ok: the log is empty.';
      const older = first > 1 ? `; older ones than ${first} were rotated away` : '';
      return [`${colour.green('ok')}: ${entries} entries${older}.`, `The last one is ${last.n}:${last.hash}`].join(
        '\n',
      );
    },
  );
}

function notedEntry(text: string | undefined): { readonly n: number; readonly hash: string } | undefined {
  if (text === undefined) return undefined;
  const found = /^([1-9][0-9]{0,15}):(0x[0-9a-f]{64})$/.exec(text);
  if (found !== null) return { n: Number(found[1]), hash: found[2]! };
  throw usageProblem(`--holds ${text} is not an entry.`, 'Write it as `server audit verify` printed it: number:hash.');
}
