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

export const startStopped = (): SlotledgerError =>
  new SlotledgerError('START_STOPPED', 'The node was stopped while it started.', 'Start it again.');

export const notRunning = (): SlotledgerError =>
  new SlotledgerError('NOT_RUNNING', 'This server is not running.', 'Call start() first, and await it.');

/** Of what was under way when the node stopped. */
export const stoppedMeanwhile = (): SlotledgerError =>
  new SlotledgerError(
    'NOT_RUNNING',
    'This server stopped before it was known what became of that.',
    'Start it again, and hand in the very same: what is signed once pays once.',
  );

export const isStartStopped = (error: unknown): boolean =>
  error instanceof SlotledgerError && error.code === 'START_STOPPED';

/** A read of ledger.db that has no answer: the file contradicts itself, or the disk does not give it. The node stops. */
export class LedgerFailure extends Error {
  constructor(
    readonly code: 'ledger_damaged' | 'ledger_unreadable',
    /** One sentence for the person who runs the node; it names the file. */
    message: string,
    cause: unknown,
  ) {
    super(message, { cause });
    this.name = 'LedgerFailure';
  }
}
