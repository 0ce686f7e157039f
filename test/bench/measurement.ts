/** What one benchmark comes to. With a fault it is no result, whatever its figures are. */
export interface Measurement {
  readonly name: string;
  readonly rows: readonly (readonly [what: string, figure: string])[];
  readonly faults: readonly string[];
  /** Final transactions a second, where that is what was measured. */
  readonly perSecond?: number;
  /** That shared the CPUs. Starting value: 1. */
  readonly nodes?: number;
  /** One at a time, where that is what was measured. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}
