/** Assertions: a false one is a bug of ours, never wrong input. Nobody catches it; the process stops. */

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
