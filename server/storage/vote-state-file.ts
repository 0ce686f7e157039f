/**
 * The vote state on disk: a journal beside the validator key, one line a write, each with its checksum. A write is
 * durable when it returns, and so is what was read: a process that died may have written its last line without syncing
 * it. It is never copied with the ledger, and its absence means that it was lost. Each line names the key and the chain.
 *
 * Only an unfinished last line is forgiven: that write was never acknowledged. Anything else that does not check out
 * is damage, and a validator that guesses here may sign twice.
 */
import { hash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { VoteState } from '../../consensus/vote-state.js';
import type { Block } from '../../ledger/values/block.js';
import { canonicalJson } from '../../ledger/values/canonical.js';
import type { Hash } from '../../ledger/values/text.js';
import { SlotledgerError } from '../errors.js';
import type { RecoveredVoteState, VoteStateNames, VoteStateStore } from '../replica/ports.js';
import { diskFailure } from './disk-failure.js';
import { replaceFile, syncDirectory } from './durable-files.js';

export const voteStateFileName = 'vote-state.journal';

/** Of the vote state in a line. Another may mean something else by the same names, and what is misread here is signed twice. */
const knownVersion: VoteState['version'] = 1;

/** The journal is written anew, with the last state only, when it has grown to this. */
const rotateAtBytes = 4 * 1024 * 1024;

interface Entry extends VoteStateNames {
  readonly vote_state: VoteState;
  readonly bodies: readonly Block[];
  /** Bodies that still matter, of this and earlier lines. */
  readonly keep: readonly Hash[];
}

/** Hex digits of the SHA-256 of an entry's text, before it and a space. */
const checksumDigits = 16;
const checksumOf = (text: Uint8Array | string): string => hash('sha256', text, 'hex').slice(0, checksumDigits);

/** Canonical JSON, for that takes the transactions of a body as they were written already. */
function lineOf(entry: Entry): Buffer {
  const text = canonicalJson(entry);
  const from = checksumDigits + 1;
  const line = Buffer.allocUnsafe(from + Buffer.byteLength(text) + 1);
  const end = from + line.write(text, from);
  line.write(`${checksumOf(line.subarray(from, end))} `, 'latin1');
  line.write('\n', end);
  return line;
}

/** Writes the first state of a new key. Refuses to touch an existing one. */
export function initVoteState(directory: string, names: VoteStateNames, voteState: VoteState): void {
  const path = join(directory, voteStateFileName);
  if (existsSync(path)) throw new Error(`assertion: ${path} exists already`);
  replaceFile(path, lineOf({ ...names, vote_state: voteState, bodies: [], keep: [] }));
}

export interface VoteStateFile extends VoteStateStore {
  close(): void;
}

/**
 * @param names stand in every line that is written; what is read names who wrote it
 * @throws SlotledgerError VOTE_STATE_DAMAGED and VOTE_STATE_VERSION from `read`, VOTE_STATE_OTHER_CHAIN where it names another
 * genesis than `names`; from `write`, one sentence about the disk, after which every later write throws as well: nobody knows then
 * what is on disk.
 */
export function createVoteStateStore(directory: string, names: VoteStateNames): VoteStateFile {
  const path = join(directory, voteStateFileName);
  let handle: number | undefined;
  let size = 0;
  let current: RecoveredVoteState | undefined;
  let failed = false;

  const open = (): number => {
    handle ??= openSync(path, 'r+');
    return handle;
  };

  function read(): RecoveredVoteState | undefined {
    if (!existsSync(path)) return undefined;
    try {
      const bytes = readFileSync(path);
      const { state, goodBytes } = replay(path, bytes);
      refuseOtherChain(path, state?.genesis, names.genesis);
      keepForGood(bytes, goodBytes);
      current = state;
      size = goodBytes;
      return state;
    } catch (error) {
      throw error instanceof SlotledgerError ? error : diskFailure('read', path, error);
    }
  }

  /** A sync that failed before may not be repeated by syncing alone: the system takes those bytes for written. */
  function keepForGood(bytes: Buffer, goodBytes: number): void {
    writeBytes(open(), bytes.subarray(0, goodBytes), 0);
    if (goodBytes < bytes.length) ftruncateSync(open(), goodBytes);
    fsyncSync(open());
    syncDirectory(directory);
  }

  function replaceJournal(entry: Entry): void {
    const line = lineOf(entry);
    if (handle !== undefined) closeSync(handle);
    handle = undefined;
    replaceFile(path, line);
    open();
    size = line.length;
  }

  /** A file that somebody else put there, such as a copy from elsewhere, is not what a start may find: it does not say what was signed since. */
  function isOurs(): boolean {
    const there = statSync(path, { throwIfNoEntry: false });
    const opened = handle === undefined ? undefined : fstatSync(handle);
    return there !== undefined && there.ino === opened?.ino && there.dev === opened.dev;
  }

  return {
    read,
    write(voteState, bodies, keep) {
      if (failed) throw new Error(`An earlier write of ${path} failed: start the node again.`);
      failed = true;
      try {
        if (current === undefined) read();
        const old = current?.bodies ?? [];
        const kept = keepBodies(old, bodies, keep);
        if (size === 0 || size > rotateAtBytes || !isOurs()) {
          replaceJournal({ ...names, vote_state: voteState, bodies: kept, keep });
        } else {
          // Three writes a block name the same body: it goes to disk with the first.
          const written = new Set(old.map((block) => block.hash));
          const added = kept.filter((block) => !written.has(block.hash));
          size += append(open(), size, lineOf({ ...names, vote_state: voteState, bodies: added, keep }));
        }
        current = { ...names, voteState, bodies: kept };
      } catch (error) {
        throw error instanceof SlotledgerError ? error : diskFailure('write', path, error);
      }
      failed = false;
    },
    close() {
      if (handle !== undefined) closeSync(handle);
      handle = undefined;
    },
  };
}

function append(handle: number, at: number, line: Buffer): number {
  writeBytes(handle, line, at);
  fdatasyncSync(handle);
  return line.length;
}

function writeBytes(handle: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done, bytes.length - done, at + done);
}

function keepBodies(old: readonly Block[], added: readonly Block[], keep: readonly Hash[]): readonly Block[] {
  const byHash = new Map([...old, ...added].map((block) => [block.hash, block]));
  return keep.flatMap((name) => byHash.get(name) ?? []);
}

/** [5-whose-vote-state] What was signed on another chain binds nobody here, and a lock of it would keep the node from voting for ever. */
function refuseOtherChain(path: string, is: Hash | undefined, expected: Hash | undefined): void {
  if (is === undefined || expected === undefined || is === expected) return;
  throw new SlotledgerError(
    'VOTE_STATE_OTHER_CHAIN',
    `${path} is of the chain with genesis hash ${is}, and this home is of ${expected}.`,
    'Use another --home; or, if this key is to sign on this chain, move the file away: the validator then waits until it is safe to sign (docs/OPERATING.md, a lost or damaged vote state).',
  );
}

function refuseOtherVersion(path: string, is: number): void {
  if (is === knownVersion) return;
  throw new SlotledgerError(
    'VOTE_STATE_VERSION',
    `${path} has vote state version ${is}, and this program knows only version ${knownVersion}: run the version of slotledger that wrote it.`,
    'See docs/OPERATING.md, updating: how to go back to an older version.',
  );
}

/** Stands where a power cut kept a sector from the disk in a file that had grown: JSON has no such byte. */
const unwritten = 0;

interface Replayed {
  readonly state: RecoveredVoteState | undefined;
  readonly goodBytes: number;
}

function replay(path: string, bytes: Buffer): Replayed {
  let state: RecoveredVoteState | undefined;
  let at = 0;
  for (let lineNumber = 1; at < bytes.length; lineNumber++) {
    const end = bytes.indexOf('\n', at);
    if (end < 0) break;
    const bytesOfLine = bytes.subarray(at, end);
    if (end === bytes.length - 1 && bytesOfLine.includes(unwritten)) break;
    const line = bytesOfLine.toString('utf8');
    const json = line.slice(checksumDigits + 1);
    if (line[checksumDigits] !== ' ' || checksumOf(json) !== line.slice(0, checksumDigits)) {
      throw new SlotledgerError(
        'VOTE_STATE_DAMAGED',
        `Line ${lineNumber} of ${path} does not match its checksum, so it is not known what this validator signed.`,
        'Move the file away: the validator then waits until it is safe to sign again (docs/OPERATING.md, a lost or damaged vote state).',
      );
    }
    const { vote_state: voteState, bodies, keep, ...names } = JSON.parse(json) as Entry;
    refuseOtherVersion(path, voteState.version);
    state = { ...names, voteState, bodies: keepBodies(state?.bodies ?? [], bodies, keep) };
    at = end + 1;
  }
  return { state, goodBytes: at };
}
