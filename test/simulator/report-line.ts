/**
 * One seed's result as a line of JSON, for files that are added up later. One rule: a line alone is enough to run its
 * seed again; what a measurement adds to it (commit, CPU time) decides nothing.
 */
import type { RunReport } from './run.js';

/** What a seed was run with; plain data, so that another process can run it. */
export interface SeedOptions {
  readonly seed: number;
  /** Simulated time under faults, in ms. */
  readonly chaosMs: number;
  /** Present when it was not drawn from the seed. */
  readonly nodes?: number;
  readonly realSignatures?: boolean;
}

export interface ReportLine extends RunReport {
  readonly options: SeedOptions;
  /** User and system time of the whole run, all threads, in ms. */
  readonly cpuMs: number;
  /** The commit that was checked out, with `+` if files had changed; absent outside a repository. */
  readonly commit?: string;
}

/** The command that runs this seed again, with a transcript. */
export function replayCommand({ seed, chaosMs, nodes, realSignatures }: SeedOptions): string {
  const more = `${nodes === undefined ? '' : ` --nodes ${nodes}`}${realSignatures ? ' --real-signatures' : ''}`;
  return `npm run sim -- --seed ${seed} --chaos ${chaosMs / 1000}s${more} --trace`;
}

/** The same seed run with the same options on the same commit gives the same key. */
export function lineKey({ commit = '', options }: ReportLine): string {
  const { seed, chaosMs, nodes = 0, realSignatures = false } = options;
  return `${commit} ${seed} ${chaosMs} ${nodes} ${realSignatures}`;
}

/**
 * A line that names no length of a slot had slots of a second.
 * @returns undefined for text that is no report, such as a line that was cut off when a run was ended
 */
export function parseReportLine(text: string): ReportLine | undefined {
  try {
    const line = JSON.parse(text) as Partial<ReportLine> | null;
    const whole =
      typeof line?.options?.seed === 'number' && typeof line.verdict === 'string' && line.faults && line.roles;
    return whole ? { ...(line as ReportLine), slotMs: line.slotMs ?? 1_000 } : undefined;
  } catch {
    return undefined;
  }
}
