/** What a command says when it cannot do what was asked: one sentence, and what to do. Never a stack trace. */

/** Exit codes shared by all three programs. docs/OPERATING.md lists them. */
export const exitCodes = {
  ok: 0,
  /** The command was understood and did not succeed; a health check that is not well. */
  failed: 1,
  usage: 2,
  /** No node answers, or it did not answer in time. */
  unreachable: 7,
  /** The node refused: a transaction, a request. */
  refused: 8,
  /** Handed in, and not final in the time given. */
  notFinal: 9,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export class CliProblem extends Error {
  /**
   * @param code stable, in snake case
   * @param detail one sentence that says what was wrong
   * @param fix a command or a sentence that helps
   */
  constructor(
    readonly code: string,
    readonly detail: string,
    readonly fix: string,
    readonly exitCode: number = exitCodes.failed,
  ) {
    super(detail);
    this.name = 'CliProblem';
  }
}

export const usageProblem = (detail: string, fix: string): CliProblem =>
  new CliProblem('usage', detail, fix, exitCodes.usage);
