/** What an HTTP call can end in other than an answer. */

/** The node answered with a problem (RFC 9457). `code` is stable; `fix` says what helps. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly fix: string,
    /** Where in the request, if the node says so. */
    readonly path?: string,
    /** Seconds to wait before trying again, if the node says so. */
    readonly retryAfterS?: number,
  ) {
    super(detail);
    this.name = 'ApiProblem';
  }
}

/** Nothing was answered: no connection, a broken one, or none in time. Sending the same again is safe. */
export class NodeUnreachable extends Error {
  constructor(
    readonly url: string,
    readonly reason: string,
    /** False where there surely was no connection: what was to be asked has reached nobody. */
    readonly mayHaveArrived = true,
    /** What helps; absent: to start a node, or to name another address. */
    readonly fix?: string,
  ) {
    super(`No node answers at ${url} (${reason}).`);
    this.name = 'NodeUnreachable';
  }
}
