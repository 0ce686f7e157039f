/** Counts what was tried and what came of it, and keeps the last inputs for the report of a failure. */
export interface Tally {
  /** One more input of this kind with this outcome. */
  count(kind: string, outcome: string): void;
  /** Remembers an input before it is sent. */
  input(target: string, what: string, bytes: Buffer): void;
  total(): number;
  readonly outcomesByKind: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** The last ones, oldest first. */
  inputs(): readonly Input[];
}

export interface Input {
  readonly at: string;
  readonly target: string;
  readonly what: string;
  /** Whole up to 64 KiB. */
  readonly base64: string;
}

const keptInputs = 400;
const keptBytes = 65_536;

export function createTally(): Tally {
  const outcomesByKind = new Map<string, Map<string, number>>();
  let total = 0;
  const inputs: { at: number; target: string; what: string; bytes: Buffer }[] = [];
  return {
    outcomesByKind,
    count(kind, outcome) {
      const outcomes = outcomesByKind.get(kind) ?? new Map<string, number>();
      outcomesByKind.set(kind, outcomes);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      total += 1;
    },
    input(target, what, bytes) {
      inputs.push({ at: Date.now(), target, what, bytes: Buffer.from(bytes.subarray(0, keptBytes)) });
      if (inputs.length > keptInputs) inputs.shift();
    },
    total: () => total,
    inputs: () =>
      inputs.map(({ at, target, what, bytes }) => ({
        at: new Date(at).toISOString(),
        target,
        what,
        base64: bytes.toString('base64'),
      })),
  };
}
