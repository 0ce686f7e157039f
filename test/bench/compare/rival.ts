/** What others do with one write: how many a second, and how long one takes alone. */
export interface RivalFigures {
  readonly version: string;
  /** Acknowledged writes a second with as many clients as `clients` says. */
  readonly perSecond: number;
  readonly clients: string;
  /** One client, one write at a time, in ms. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Rival {
  readonly name: string;
  /** One write, in a few words. */
  readonly write: string;
  /** What is true once a write is acknowledged. */
  readonly promise: string;
  /** @param seconds for each of the two measurements @throws NotHere */
  measure(seconds: number, tools: string): Promise<RivalFigures>;
}

/** The program to compare with is not installed. The message says how to get it. */
export class NotHere extends Error {}
