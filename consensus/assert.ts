/** For what only a bug of this program can bring about, never a message: the process stops, and a restart recovers. */
export function assert(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`assertion: ${what}`);
}
