/** Waits for the signal to stop, and sees that the stop comes about. */

/** SIGHUP: the terminal was closed. */
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** As a shell reports a process that SIGINT ended. */
const forcedExitCode = 130;

/** Until it is called back, a signal ends the process, with exit code 0: for who has opened nothing yet. As process 1 of a container it would be deaf. */
export function exitOnSignal(): () => void {
  const onSignal = (): void => process.exit(0);
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}

/**
 * Resolves when the node has stopped, by a signal that came or otherwise; a second signal ends the process at once.
 * @param onEnd calls back when the node has stopped, with why if it had to, and returns how to cancel that. It rejects then.
 */
export function untilSignal(
  stop: () => Promise<void>,
  onEnd: (end: (failure: unknown) => void) => () => void,
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
    const cancel = onEnd((failure) => {
      done();
      if (failure === undefined) resolve();
      else reject(failure);
    });
    for (const signal of signals) process.on(signal, onSignal);
  });
}
