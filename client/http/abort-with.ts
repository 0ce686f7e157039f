/** One rule: a signal that lives as long as the program keeps nothing of what has ended, which `AbortSignal.any` does not see to. */

export interface Aborting {
  readonly controller: AbortController;
  /** To be called when what can be aborted has ended. */
  letGo(): void;
}

/** A controller that `signal` aborts too, with its own reason. */
export function abortWith(signal: AbortSignal | undefined): Aborting {
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) stop();
  else signal?.addEventListener('abort', stop, { once: true });
  return { controller, letGo: () => signal?.removeEventListener('abort', stop) };
}
