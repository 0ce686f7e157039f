/** Waits for the signal to stop, and sees that the stop comes about. */
import type { SlotledgerError } from '../errors.js';

/** SIGHUP: the terminal was closed. */
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** As a shell reports a process that SIGINT ended. */
const forcedExitCode = 130;

/**
 * Resolves when a signal came and `stop` is done; a second signal ends the process at once.
 * @param onFailure calls back when the node has stopped by itself, and returns how to cancel that. It rejects then.
 */
export function untilSignal(
  stop: () => Promise<void>,
  onFailure: (end: (failure: SlotledgerError) => void) => () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    const done = (): void => {
      for (const signal of signals) process.off(signal, onSignal);
      cancel();
    };
    const onSignal = (): void => {
      if (stopping) process.exit(forcedExitCode);
      stopping = true;
      stop().then(resolve, reject).finally(done);
    };
    const cancel = onFailure((failure) => {
      done();
      reject(failure);
    });
    for (const signal of signals) process.on(signal, onSignal);
  });
}
