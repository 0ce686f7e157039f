/** What a verification says: whether a ledger is what its chain makes it, and where it is not. */
import type { ChainId, Hash } from '../../ledger/values/text.js';

/** One thing that is wrong, and where it stands. */
export interface Finding {
  /** Table of ledger.db; `file` for damage below the tables. */
  readonly table: string;
  /** Block concerned. */
  readonly index?: number;
  /** The row's key besides the block: an address, a validator key, a path in the state tree, … */
  readonly row?: string;
  /** One sentence. */
  readonly detail: string;
}

export interface Report {
  readonly chain: ChainId;
  readonly genesis_hash: Hash;
  /** The last block that was verified. */
  readonly index: number;
  /** The last block that the ledger claims to have. */
  readonly tip: number;
  readonly transactions: number;
  readonly certificates: number;
  /** Rows of tables compared with what the chain gives; 0 when its blocks were wrong already. */
  readonly rows: number;
  readonly duration_ms: number;
  /** Empty: everything is as it should be. At most `maxFindings`. */
  readonly findings: readonly Finding[];
}

export interface Progress {
  readonly stage: 'file' | 'blocks' | 'tables';
  readonly done: number;
  readonly total: number;
}

/** Where there is more than this wrong, the rest says nothing new. */
export const maxFindings = 20;

/** `accounts, block 7, sl1…: …` */
export function findingText({ table, index, row, detail }: Finding): string {
  const place = [table, ...(index === undefined ? [] : [`block ${index}`]), ...(row === undefined ? [] : [row])];
  return `${place.join(', ')}: ${detail}`;
}
