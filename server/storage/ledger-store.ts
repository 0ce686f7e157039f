/**
 * Final state and final blocks in one SQLite file, ledger.db. One rule: `stored` is called when the blocks are durable,
 * or never. PROTOCOL section 8; docs/decisions/ledger-schema.md explains the schema.
 */
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { assert } from '../../ledger/values/assertion.js';
import type { FinalTip, StateReader } from '../../ledger/values/state.js';
import type { Hash } from '../../ledger/values/text.js';
import type { FinalBlock, LedgerStore } from '../replica/ports.js';
import { createCheckedReader } from './checked-reader.js';
import { diskFailure, isDiskFailure } from './disk-failure.js';
import { usualBlocksGathered } from './gather-appends.js';
import { damagedLedger, LedgerDamage, readFailure } from './ledger-damage.js';
import type { FromStorage, StorageThreadOptions, ToStorage } from './ledger-store.worker.js';
import { createLedgerWriter, type LedgerGenesis, writeGenesis } from './ledger-writer.js';
import { type LogWatchLimits, usualLogLimits } from './log-watch.js';
import { ledgerMigrations } from './migrations/ledger-migrations.js';
import {
  type FileCaches,
  limitSize,
  type OnOlder,
  openReader,
  openWriter,
  RefusedFile,
  usualCaches,
} from './open-database.js';
import { packBlock } from './packed-block.js';
import type { Connection } from './sqlite.js';
import { createStateCache } from './state-cache.js';

export interface LedgerStoreOptions {
  readonly path: string;
  /**
   * true: a thread of its own writes, and `stored` is called in a later turn. false: `append` writes before it returns
   * and has called `stored` by then; simulators want that.
   */
  readonly worker: boolean;
  /** Called once, with one sentence, when a write or a read failed. Nothing is written or acknowledged afterwards. */
  readonly onFailure: (error: Error) => void;
  /** After each database transaction, which is one sync; several appends may share it. */
  readonly onSync?: () => void;
  /** The file is older than this program, and is brought up to date before this returns. */
  readonly onOlder?: OnOlder;
  /** Its log has so many bytes and cannot be shortened, as somebody reads on in one go. Of a thread that writes only. */
  readonly onLongLog?: (bytes: number) => void;
  readonly logLimits?: LogWatchLimits;
  /** How long an append took from being asked for until it was durable. */
  readonly onWritten?: (ms: number) => void;
  /** Asked for only when the file is new. */
  readonly genesis: () => LedgerGenesis;
  /** A file that was begun with another genesis is refused. */
  readonly genesisHash?: Hash;
  /** The file may not grow past this. Default: as far as the disk lets it. */
  readonly maxBytes?: number;
  readonly caches?: FileCaches;
  /** Of blocks behind which others follow, how many a thread waits for before it writes them. */
  readonly blocksGathered?: number;
  /** Of the thread that writes. Starting value: none. */
  readonly threadLimits?: ResourceLimits;
}

/** Hands appends to whoever writes. */
interface Appender {
  append(blocks: readonly FinalBlock[], stored: () => void, moreFollow: boolean): void;
  close(): Promise<void>;
}

export interface LedgerFile extends LedgerStore {
  /** The state as the file has it now, which may be ahead of `tip()` until the thread is heard: for proofs, which need one state. */
  readonly onDisk: StateReader;
  close(): Promise<void>;
}

/** @throws an Error of one sentence if the file cannot be opened, is damaged, newer, or of another chain. */
export function createLedgerStore(options: LedgerStoreOptions): LedgerFile {
  const { path, maxBytes, caches = usualCaches, logLimits = usualLogLimits } = options;
  const { blocksGathered = usualBlocksGathered } = options;
  const writing = openLedger(options);
  if (options.worker) writing.close();
  const reading = options.worker ? openReader(path, ledgerMigrations, caches.readerKiB) : writing;
  const { reader, begun } = opened(path, reading, () => {
    const made = createCheckedReader(reading, options.worker);
    return { reader: made, begun: made.tip() };
  });
  let tip = begun;
  let lastGiven = tip;
  let failed = false;
  let closed = false;

  function fail(error: Error): void {
    if (failed) return;
    failed = true;
    options.onFailure(error);
  }

  const appender = options.worker
    ? appendByThread({ path, maxBytes, cacheKiB: caches.writerKiB, logLimits, blocksGathered }, options, fail)
    : opened(path, reading, () => appendHere(path, writing, maxBytes, fail));

  /** Reads that fail are disk failures too, and so is what does not fit its hashes; the caller cannot go on without an answer. */
  function guarded<Arguments extends readonly unknown[], Answer>(read: (...of: Arguments) => Answer) {
    return (...of: Arguments): Answer => {
      try {
        return read(...of);
      } catch (cause) {
        const error = readFailure(path, cause);
        if (error === undefined) throw cause;
        fail(error);
        throw error;
      }
    };
  }

  const onDisk: StateReader = { get: guarded(reader.get), node: guarded(reader.node) };
  const state = createStateCache({
    ...onDisk,
    entryWith: guarded(reader.entryWith),
    nodeWith: guarded(reader.nodeWith),
  });
  const absorb = (blocks: readonly FinalBlock[]): void => {
    for (const { changes } of blocks) state.absorb(changes);
  };
  return {
    tip: () => tip,
    onDisk,
    get: state.get,
    node: state.node,
    header: guarded(reader.header),
    blockByIndex: guarded(reader.blockByIndex),
    blockByHash: guarded(reader.blockByHash),
    certificate: guarded(reader.certificate),
    page: guarded(reader.page),
    receipt: guarded(reader.receipt),
    append(blocks, stored, moreFollow = false) {
      assert(!closed, 'nothing is appended to a closed ledger');
      if (failed || blocks.length === 0) return;
      const newTip = checkedTip(lastGiven, blocks);
      lastGiven = newTip;
      const askedAt = performance.now();
      const written = (): void => {
        if (failed) return;
        if (options.worker) absorb(blocks);
        tip = newTip;
        options.onWritten?.(performance.now() - askedAt);
        stored();
      };
      appender.append(blocks, written, moreFollow);
      // Without a thread the file has the blocks by now.
      if (!options.worker) absorb(blocks);
    },
    async close() {
      if (closed) return;
      closed = true;
      await appender.close();
      reading.close();
    },
  };
}

/** Brings the schema up to date and writes genesis into a new file. */
function openLedger({ path, genesis, genesisHash, caches, onOlder }: LedgerStoreOptions): Connection {
  const database = openWriter(path, ledgerMigrations, caches?.writerKiB, onOlder);
  return opened(path, database, () => {
    const known = database.prepare('SELECT genesis_hash FROM chain').pluck().get() as Hash | undefined;
    if (known === undefined) writeGenesis(database, genesis());
    else if (genesisHash !== undefined && known !== genesisHash) {
      const said = `holds the ledger with genesis hash ${known}, not ${genesisHash}`;
      throw new RefusedFile(`${path} ${said}: use the genesis file it was made with, or another home directory.`);
    }
    return database;
  });
}

/** The first reads of a file: where they fail, it is closed and the error says so in one sentence. */
function opened<Value>(path: string, database: Connection, begin: () => Value): Value {
  try {
    return begin();
  } catch (error) {
    database.close();
    if (error instanceof LedgerDamage) throw damagedLedger(path, error);
    throw isDiskFailure(error) ? diskFailure('open', path, error) : error;
  }
}

function checkedTip(before: FinalTip, blocks: readonly FinalBlock[]): FinalTip {
  let { index, hash } = before;
  for (const { block } of blocks) {
    assert(block.index === index + 1 && block.prev_hash === hash, `block ${block.index} follows block ${index}`);
    ({ index, hash } = block);
  }
  const { block, certificate } = blocks.at(-1)!;
  assert(certificate?.block === hash, 'the last block of an append has its certificate');
  return { index, hash, epoch: certificate.epoch, slot: block.slot, view: certificate.view };
}

function appendHere(
  path: string,
  database: Connection,
  maxBytes: number | undefined,
  fail: (error: Error) => void,
): Appender {
  limitSize(database, maxBytes);
  const writer = createLedgerWriter(database);
  return {
    append(blocks, stored) {
      const packed = blocks.map(packBlock);
      try {
        writer.append(packed);
      } catch (cause) {
        fail(diskFailure(`write block ${blocks[0]?.block.index} to`, path, cause));
        return;
      }
      setImmediate(stored);
    },
    async close() {},
  };
}

function appendByThread(
  workerData: StorageThreadOptions,
  { path, onSync, onLongLog, threadLimits: resourceLimits = {} }: LedgerStoreOptions,
  fail: (error: Error) => void,
): Appender {
  const thread = new Worker(new URL('./ledger-store.worker.js', import.meta.url), {
    workerData,
    resourceLimits,
    execArgv: [],
  });
  const waiting: { readonly id: number; readonly stored: () => void }[] = [];
  let lastId = 0;
  let closing = false;
  const ended = new Promise<void>((resolve) => thread.on('exit', () => resolve()));
  thread.on('message', (message: FromStorage) => {
    if (message.kind === 'failed') {
      fail(new Error(message.message));
      return;
    }
    if (message.kind === 'long_log') {
      onLongLog?.(message.bytes);
      return;
    }
    onSync?.();
    while (waiting[0] !== undefined && waiting[0].id <= message.id) waiting.shift()?.stored();
  });
  thread.on('error', (cause) => fail(diskFailure('write to', path, cause)));
  thread.on('exit', () => {
    if (!closing) fail(new Error(`The thread that writes ${path} ended by itself: start the node again.`));
  });
  const tell = (message: ToStorage) => thread.postMessage(message);
  return {
    append(blocks, stored, moreFollow) {
      lastId += 1;
      waiting.push({ id: lastId, stored });
      tell({ kind: 'append', id: lastId, blocks: blocks.map(packBlock), moreFollow });
    },
    close() {
      closing = true;
      tell({ kind: 'close' });
      return ended;
    },
  };
}
