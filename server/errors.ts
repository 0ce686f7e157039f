/** What stops a node or keeps it from starting, for people: what was wrong and what to do. */

export class SlotledgerError extends Error {
  constructor(
    /** Stable, in upper case, such as PORT_IN_USE. */
    readonly code: string,
    message: string,
    /** One sentence or command that helps. */
    readonly fix: string,
  ) {
    super(message);
    this.name = 'SlotledgerError';
  }
}
