/** What this program does one after the other. One rule: whoever waits does so no longer than he has time. */
import { abortWith } from './http/abort-with.js';
import { pause } from './http/send-and-wait.js';

/** By key, the end of the last one that waits or works. */
const turns = new Map<string, Promise<void>>();

/**
 * Does `work` when what was asked for before under the same key has ended, or when the deadline comes first.
 * @throws what `work` throws; the reason of the signal
 */
export function inTurn<Value>(
  key: string,
  deadline: number,
  signal: AbortSignal | undefined,
  work: () => Promise<Value>,
): Promise<Value> {
  const before = turns.get(key);
  const value = (async () => {
    if (before !== undefined) await untilEnded(before, Math.max(0, deadline - Date.now()), signal);
    return await work();
  })();
  const ended = value.then(
    () => undefined,
    () => undefined,
  );
  turns.set(key, ended);
  void ended.then(() => {
    if (turns.get(key) === ended) turns.delete(key);
  });
  return value;
}

/** Resolves when the other has ended, however, or after `ms`. @throws the reason of the signal */
export async function untilEnded(other: Promise<unknown>, ms: number, signal?: AbortSignal): Promise<void> {
  const { controller, letGo } = abortWith(signal);
  try {
    await Promise.race([other.catch(() => undefined), pause(ms, controller.signal)]);
  } finally {
    letGo();
    controller.abort();
  }
}
