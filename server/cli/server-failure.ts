/** What keeps a node from running, as the command line says it: sentence, help, and an exit code by kind. */
import { CliProblem, exitCodes } from '../../client/cli/cli-problem.js';

/** As docs/OPERATING.md lists them; supervisors tell by these whether trying again can help. */
export const serverExitCodes = {
  corruptData: 3,
  wrongChain: 4,
  homeLocked: 5,
  portInUse: 6,
} as const;

/** An error that the server made for people; anything else is a bug and passes through. */
export function serverFailure(error: unknown, fix?: string): unknown {
  if (!(error instanceof Error) || error instanceof CliProblem) return error;
  const { code, fix: ownFix } = error as { readonly code?: unknown; readonly fix?: unknown };
  if (typeof code !== 'string' || typeof ownFix !== 'string') return error;
  return new CliProblem(code.toLowerCase(), error.message, fix ?? ownFix, exitCodeOf(code));
}

function exitCodeOf(code: string): number {
  if (code === 'PORT_IN_USE') return serverExitCodes.portInUse;
  if (code === 'HOME_LOCKED') return serverExitCodes.homeLocked;
  if (code === 'WRONG_CHAIN' || code.endsWith('OTHER_CHAIN')) return serverExitCodes.wrongChain;
  if (code.includes('CORRUPT') || code.includes('DAMAGED')) return serverExitCodes.corruptData;
  return exitCodes.failed;
}
