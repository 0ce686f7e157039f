/**
 * One machine's disk. What was synced survives a crash, everything else is gone; a slow disk acknowledges late; an old
 * copy can be put back. The stores read and write the same ports as the files of a real node.
 */
import type { Block } from '../../ledger/values/block.js';
import type { FinalTip, Receipt, StateEntry } from '../../ledger/values/state.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { Certificate } from '../../ledger/values/vote.js';
import type {
  BlocksPage,
  FinalBlock,
  LedgerStore,
  MempoolStore,
  RecoveredVoteState,
  VoteStateNames,
  VoteStateStore,
} from '../replica/ports.js';
import type { EventQueue } from './event-queue.js';

/** Thrown out of a synchronous write to stop a replica dead in the middle of a step. */
export class VirtualCrash extends Error {
  constructor() {
    super('the simulated machine crashed');
  }
}

interface LedgerFile {
  readonly entries: Map<string, StateEntry>;
  readonly nodes: Map<string, string>;
  readonly blocks: Block[];
  readonly indexByHash: Map<Hash, number>;
  readonly certificates: Map<Hash, Certificate>;
  readonly receipts: Map<TransactionId, Receipt>;
  tip: FinalTip;
}

/** What happens at a vote-state write: nothing unusual, or a crash before or after it reached the disk. */
export type WriteFate = 'written' | 'crash before' | 'crash after';

export interface VirtualDisk {
  /** The stores as a newly started process opens them. Earlier handles go dead. */
  open(): { ledger: LedgerStore; mempool: MempoolStore; voteState: VoteStateStore };
  /** Power cut: unsynced appends are lost; open handles never call back again. */
  cutPower(): void;
  setSyncDelay(us: number): void;
  onVoteStateWrite(fate: () => WriteFate): void;
  /** Forgets the vote state, as an operator's mistake would. */
  loseVoteState(): void;
  /** Keeps a copy of ledger and mempool (never of the vote state) to go back to. */
  takeCopy(): void;
  restoreCopy(): boolean;
  tip(): FinalTip;
  voteState(): RecoveredVoteState | undefined;
  /** Every synced final block in order, for checkers. */
  blocks(): readonly Block[];
  get(key: string): StateEntry | undefined;
  receipt(id: TransactionId): Receipt | undefined;
  /** A node of the state tree. */
  node(path: string): string | undefined;
  entries(): Iterable<StateEntry>;
}

export interface DiskHooks {
  /** After a final block is on this disk. */
  stored(final: FinalBlock): void;
  voteStateWritten(state: RecoveredVoteState): void;
  voteStateLost(): void;
  copyRestored(): void;
}

const copyOf = (file: LedgerFile): LedgerFile => ({
  entries: new Map(file.entries),
  nodes: new Map(file.nodes),
  blocks: [...file.blocks],
  indexByHash: new Map(file.indexByHash),
  certificates: new Map(file.certificates),
  receipts: new Map(file.receipts),
  tip: file.tip,
});

function store(file: LedgerFile, final: FinalBlock): void {
  for (const [key, entry] of final.changes.entries) {
    if (entry === null) file.entries.delete(key);
    else file.entries.set(key, entry);
  }
  for (const [path, node] of final.changes.nodes) {
    if (node === null) file.nodes.delete(path);
    else file.nodes.set(path, node);
  }
  file.indexByHash.set(final.block.hash, file.blocks.length);
  file.blocks.push(final.block);
  for (const receipt of final.receipts) file.receipts.set(receipt.id, receipt);
  if (final.certificate !== undefined) file.certificates.set(final.block.hash, final.certificate);
  file.tip = {
    index: final.block.index,
    hash: final.block.hash,
    epoch: final.block.epoch,
    slot: final.block.slot,
    view: final.certificate?.view ?? file.tip.view,
  };
}

/** About what a block weighs on the wire; pages need a bound, not a byte count. */
const weightOf = (block: Block): number => 900 + 400 * block.transactions.length + 900 * block.evidence.length;

/** @param genesis the ledger as a new home has it; the disk makes its own copy. @param names stand in its vote state */
export function createVirtualDisk(
  queue: EventQueue,
  genesis: LedgerFile,
  idOf: (transaction: Transaction) => TransactionId,
  names: VoteStateNames,
  hooks: DiskHooks,
): VirtualDisk {
  let ledgerFile = copyOf(genesis);
  let mempoolFile = new Map<TransactionId, Transaction>();
  let voteStateFile: RecoveredVoteState | undefined;
  let copy: { ledger: LedgerFile; mempool: Map<TransactionId, Transaction> } | undefined;
  let syncDelayUs = 150;
  let fate: () => WriteFate = () => 'written';
  let generation = 0;
  let lastSyncAt = 0;
  /** A disk syncs in order: what was handed over later is never durable earlier. */
  const afterSync = (call: () => void): void => {
    lastSyncAt = Math.max(lastSyncAt, queue.now() + syncDelayUs);
    queue.schedule(lastSyncAt, call);
  };

  const openLedger = (born: number): LedgerStore => ({
    get: (key) => ledgerFile.entries.get(key),
    node: (path) => ledgerFile.nodes.get(path),
    tip: () => ledgerFile.tip,
    header: (index) => ledgerFile.blocks[index],
    blockByIndex: (index) => ledgerFile.blocks[index],
    blockByHash(hash) {
      const at = ledgerFile.indexByHash.get(hash);
      return at === undefined ? undefined : ledgerFile.blocks[at];
    },
    certificate: (block) => ledgerFile.certificates.get(block),
    receipt: (id) => ledgerFile.receipts.get(id),
    page: (from, count, maxBytes) => pageOf(ledgerFile, from, count, maxBytes),
    append(blocks, stored) {
      afterSync(() => {
        if (born !== generation) return;
        for (const final of blocks) {
          store(ledgerFile, final);
          hooks.stored(final);
        }
        stored();
      });
    },
  });

  const openMempool = (born: number): MempoolStore => ({
    all: () => [...mempoolFile.values()],
    add(transactions, stored) {
      afterSync(() => {
        if (born !== generation) return;
        for (const transaction of transactions) mempoolFile.set(idOf(transaction), transaction);
        stored();
      });
    },
    remove(ids) {
      for (const id of ids) mempoolFile.delete(id);
    },
  });

  const openVoteState = (born: number): VoteStateStore => ({
    read: () => voteStateFile,
    write(voteState, bodies, keep) {
      if (born !== generation) throw new VirtualCrash();
      const outcome = fate();
      if (outcome === 'crash before') throw new VirtualCrash();
      const kept = new Map((voteStateFile?.bodies ?? []).map((block) => [block.hash, block]));
      for (const block of bodies) kept.set(block.hash, block);
      voteStateFile = { ...names, voteState, bodies: keep.flatMap((hash) => kept.get(hash) ?? []) };
      hooks.voteStateWritten(voteStateFile);
      if (outcome === 'crash after') throw new VirtualCrash();
    },
  });

  return {
    open() {
      const born = ++generation;
      return {
        ledger: openLedger(born),
        mempool: openMempool(born),
        voteState: openVoteState(born),
      };
    },
    cutPower() {
      generation++;
      lastSyncAt = queue.now();
    },
    setSyncDelay(us) {
      syncDelayUs = us;
    },
    onVoteStateWrite(next) {
      fate = next;
    },
    loseVoteState() {
      voteStateFile = undefined;
      hooks.voteStateLost();
    },
    takeCopy() {
      copy = { ledger: copyOf(ledgerFile), mempool: new Map(mempoolFile) };
    },
    restoreCopy() {
      if (copy === undefined) return false;
      ledgerFile = copyOf(copy.ledger);
      mempoolFile = new Map(copy.mempool);
      hooks.copyRestored();
      return true;
    },
    tip: () => ledgerFile.tip,
    voteState: () => voteStateFile,
    blocks: () => ledgerFile.blocks,
    get: (key) => ledgerFile.entries.get(key),
    receipt: (id) => ledgerFile.receipts.get(id),
    node: (path) => ledgerFile.nodes.get(path),
    entries: () => ledgerFile.entries.values(),
  };
}

/** Pages end at a block that has a certificate of its own: without one the receiver could not check the page. */
function pageOf(file: LedgerFile, from: number, count: number, maxBytes: number): BlocksPage {
  const blocks: Block[] = [];
  let bytes = 0;
  let provable = 0;
  for (let index = from; index < file.blocks.length; index++) {
    const block = file.blocks[index]!;
    bytes += weightOf(block);
    if (provable > 0 && (blocks.length >= count || bytes > maxBytes)) break;
    blocks.push(block);
    if (file.certificates.has(block.hash)) provable = blocks.length;
  }
  blocks.length = provable;
  const finality = blocks.flatMap((block, at) => {
    const certificate = file.certificates.get(block.hash);
    const wanted = at === blocks.length - 1 || block.next_epoch !== undefined;
    return wanted && certificate !== undefined ? [certificate] : [];
  });
  return { blocks, finality };
}

export type { LedgerFile };
