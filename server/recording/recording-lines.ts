/**
 * The lines of a recording, as docs/FORMATS.md shows them: newline JSON, one line when a core starts, one for each of
 * its inputs, one when it ends well. One rule: every line carries a hash over itself and all lines of its run before.
 */
import type { Recovered } from '../../consensus/config.js';
import type { Effect } from '../../consensus/effect.js';
import type { Input } from '../../consensus/input.js';
import type { Hasher } from '../../ledger/values/crypto.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import type { ChainId, PublicKey, Signature } from '../../ledger/values/text.js';

/** Days of an idle chain, about half an hour of a validator among 100 under full load. */
export const maxRecordingBytes = 1024 * 1024 * 1024;
/** Lines that wait for the disk; beyond it the disk does not keep up, and the recording ends. */
export const maxWaitingBytes = 32 * 1024 * 1024;

/** What a core is made of. Nothing secret: of its key the public half only. */
export interface RunLine {
  readonly run: {
    readonly version: 1;
    /** Version of slotledger that recorded it. */
    readonly slotledger: string;
    readonly chain: ChainId;
    readonly genesis: Genesis;
    /** Validator key; absent for an observer. */
    readonly key?: PublicKey;
    readonly recovered: Recovered;
  };
}

/** One input and what the core made of it. */
export interface StepLine {
  readonly input: Input;
  /** What the core had signed in this step, in order: a replay has no private key and signs with these. */
  readonly signed: readonly Signature[];
  /** Absent when the core failed on this input. */
  readonly effects?: readonly Effect[];
  /** The message of the failed assertion. */
  readonly threw?: string;
}

/** `full`: the limit; `slow`: the disk did not keep up. */
export type RecordingEnd = 'stopped' | 'full' | 'slow';

export interface EndLine {
  readonly end: RecordingEnd;
}

export type RecordingLine = RunLine | StepLine | EndLine;

/** The running hash that the first line of a run continues. */
export const firstHash = '0'.repeat(64);
const prefix = '{"sha256":"';
const bodyAt = prefix.length + firstHash.length + 2;

/** @returns the running hash after a line whose JSON, without the member `sha256`, is `body` */
export const hashAfter = (hasher: Pick<Hasher, 'sha256Hex'>, before: string, body: string): string =>
  hasher.sha256Hex(`${before}\n${body}`);

/** @param body JSON of an object that is not empty */
export const lineText = (hash: string, body: string): string => `${prefix}${hash}",${body.slice(1)}\n`;

/** The parts of a line without its line end; undefined: it does not begin as every line does. */
export function splitLine(line: string): { readonly hash: string; readonly body: string } | undefined {
  const hash = line.slice(prefix.length, bodyAt - 2);
  if (!line.startsWith(prefix) || !/^[0-9a-f]{64}$/.test(hash) || line.slice(bodyAt - 2, bodyAt) !== '",') {
    return undefined;
  }
  return { hash, body: `{${line.slice(bodyAt)}` };
}

/** Blocks come with their transactions; the core reads headers only, so that is what is kept. */
export function headersOnly(input: Input): Input {
  switch (input.type) {
    case 'proposal':
    case 'block_fetched':
      return { ...input, block: headerOf(input.block) };
    case 'block_built':
      return input.block === undefined ? input : { ...input, block: headerOf(input.block) };
    case 'final_advanced':
      return { ...input, tip: headerOf(input.tip) };
    default:
      return input;
  }
}

export function headerOf<Header extends object>(block: Header): Header {
  const { transactions, evidence, ...header } = block as { transactions?: unknown; evidence?: unknown };
  return header as Header;
}
