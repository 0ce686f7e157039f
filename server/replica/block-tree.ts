/**
 * Blocks above the last one on disk: each with what its execution changed, as an overlay on its parent. One rule: a
 * block stays until it is on disk, or until another block of its height is final.
 */
import type { Executed } from '../../ledger/block-execution.js';
import type { LedgerContext } from '../../ledger/context.js';
import { executeBlock, executeFinalRun } from '../../ledger/execute-block.js';
import type { Block } from '../../ledger/values/block.js';
import { blockBytes } from '../../ledger/values/identity.js';
import { err, ok, type Result } from '../../ledger/values/result.js';
import type { StateChanges, StateEntry, StateReader } from '../../ledger/values/state.js';
import type { Hash } from '../../ledger/values/text.js';
import type { LedgerStore } from './ports.js';
import { maxUnfinalBlocks, maxUnfinalBytes } from './replica-limits.js';
import { createUnstoredChanges } from './unstored-changes.js';

interface Node {
  readonly block: Block;
  readonly bytes: number;
  executed: Result<Executed, string> | undefined;
  final: boolean;
}

export interface BlockTree {
  /** The block if it is in the tree; final blocks on disk are the store's. */
  get(hash: Hash): Block | undefined;
  /** @returns false when it is not kept: it stands at or below the final height. A full tree forgets its oldest first. */
  add(block: Block, executed?: Executed): boolean;
  /** Executes it, and its ancestors first. undefined: an ancestor is missing (see `missing`). */
  execute(hash: Hash): Result<Executed, string> | undefined;
  /**
   * [7-run] Executes blocks that are final by a certificate of the last, `path` from after the last final block on: those that were
   * not executed yet as one run. @returns what each came to
   */
  executeFinal(path: readonly Block[]): Result<readonly Executed[], string>;
  /** The nearest ancestor (or the block itself) that is not at hand. */
  missing(hash: Hash): Hash | undefined;
  /** State after a block: final or executed. undefined: not at hand. */
  stateAfter(hash: Hash): StateReader | undefined;
  /** Of the line up to this block executes the next `most`. @returns whether no more than that are left */
  executeSome(hash: Hash, most: number): boolean;
  /** From after the last final block up to `hash`, oldest first; undefined: it does not descend from there. */
  pathFromFinal(hash: Hash): readonly Block[] | undefined;
  markFinal(hash: Hash): void;
  /** The store now reads as of this block. */
  markStored(hash: Hash): void;
  readonly finalHash: Hash;
  readonly finalIndex: number;
  /** Blocks that are not final. */
  unfinal(): Iterable<Block>;
}

/** How blocks are executed. Starting value: by the ledger's own rules. */
export interface Execute {
  readonly block: typeof executeBlock;
  readonly run: typeof executeFinalRun;
}

/** What a full tree asks before it forgets blocks that are not final, and whom it tells. */
export interface Room {
  /** [5-bodies-stay] What is never forgotten. */
  readonly kept: () => readonly Hash[];
  readonly onForgotten: (hash: Hash) => void;
}

/** @param execute the ledger's own, or what gives the same */
export function createBlockTree(
  context: LedgerContext,
  store: LedgerStore,
  { kept, onForgotten }: Room,
  execute: Execute = { block: executeBlock, run: executeFinalRun },
): BlockTree {
  const nodesByHash = new Map<Hash, Node>();
  const unstored = createUnstoredChanges();
  let bytesHeld = 0;
  let { hash: finalHash, index: finalIndex } = store.tip();

  const drop = (hash: Hash): void => {
    const node = nodesByHash.get(hash);
    if (node === undefined) return;
    bytesHeld -= node.bytes;
    nodesByHash.delete(hash);
  };

  /** Forgets the oldest blocks that are not final; what is still needed is fetched again. */
  function makeRoom(bytes: number): void {
    const fits = (): boolean => nodesByHash.size < maxUnfinalBlocks && bytesHeld + bytes <= maxUnfinalBytes;
    if (fits()) return;
    const needed = new Set(kept());
    for (const { block, final } of [...nodesByHash.values()]) {
      if (fits()) return;
      if (final || needed.has(block.hash)) continue;
      drop(block.hash);
      onForgotten(block.hash);
    }
  }

  function changesOf({ executed }: Node): StateChanges {
    if (executed?.ok !== true) throw new Error('assertion: state is read through executed blocks only');
    return executed.value.changes;
  }

  /** Looks through the overlays down to what is final, then to what of that is not on disk yet, then to the disk. */
  function readerAt(hash: Hash): StateReader {
    function find<Value>(
      key: string,
      pick: (changes: StateChanges) => ReadonlyMap<string, Value | null>,
      pickUnstored: (key: string) => Value | null | undefined,
    ) {
      for (let at = nodesByHash.get(hash); at !== undefined; at = nodesByHash.get(at.block.prev_hash)) {
        if (at.block.hash === finalHash) return pickUnstored(key);
        const value = pick(changesOf(at)).get(key);
        if (value !== undefined) return value;
      }
      return undefined;
    }
    return {
      get(key): StateEntry | undefined {
        const value = find(key, (changes) => changes.entries, unstored.entry);
        return value === undefined ? store.get(key) : (value ?? undefined);
      },
      node(path): string | undefined {
        const value = find(path, (changes) => changes.nodes, unstored.node);
        return value === undefined ? store.node(path) : (value ?? undefined);
      },
    };
  }

  const isBase = (hash: Hash): boolean => hash === finalHash;

  function executeOne(node: Node): Result<Executed, string> {
    if (node.executed !== undefined) return node.executed;
    const { block } = node;
    const result = execute.block({ context, state: readerAt(block.prev_hash), parent: block.prev_hash, block });
    node.executed = result.ok ? ok(result.value) : { ok: false, problem: result.problem.detail };
    return node.executed;
  }

  function executeRun(nodes: readonly Node[]): Result<readonly Executed[], string> {
    const [first] = nodes;
    if (first === undefined) return ok([]);
    const parent = first.block.prev_hash;
    const blocks = nodes.map(({ block }) => block);
    const result = execute.run({ context, state: readerAt(parent), parent, blocks });
    if (!result.ok) return err(result.problem.detail);
    for (const [at, node] of nodes.entries()) node.executed = ok(result.value[at]!);
    return result;
  }

  /** The unexecuted line from the last executed ancestor up to the block, oldest first; a string: what is missing. */
  function lineTo(hash: Hash): readonly Node[] | { readonly missing: Hash } {
    const line: Node[] = [];
    for (let at = hash; !isBase(at); ) {
      const node = nodesByHash.get(at);
      if (node === undefined) return { missing: at };
      line.push(node);
      if (node.executed !== undefined) break;
      at = node.block.prev_hash;
    }
    return line.reverse();
  }

  return {
    get: (hash) => nodesByHash.get(hash)?.block,
    add(block, executed) {
      const known = nodesByHash.get(block.hash);
      if (known !== undefined) return true;
      if (block.index <= finalIndex) return false;
      const bytes = blockBytes(block);
      makeRoom(bytes);
      bytesHeld += bytes;
      nodesByHash.set(block.hash, {
        block,
        bytes,
        executed: executed && ok(executed),
        final: false,
      });
      return true;
    },
    execute(hash) {
      const line = lineTo(hash);
      if ('missing' in line) return undefined;
      let last: Result<Executed, string> | undefined;
      for (const node of line) {
        last = executeOne(node);
        if (!last.ok) break;
      }
      return last;
    },
    executeFinal(path) {
      const nodes = path.map(({ hash }) => nodesByHash.get(hash)!);
      const done = nodes.findIndex(({ executed }) => executed === undefined);
      const before = done < 0 ? nodes : nodes.slice(0, done);
      const executed: Executed[] = [];
      for (const { executed: one } of before) {
        if (one?.ok !== true) return err(one?.problem ?? 'it was not executed');
        executed.push(one.value);
      }
      const run = executeRun(nodes.slice(before.length));
      return run.ok ? ok([...executed, ...run.value]) : run;
    },
    executeSome(hash, most) {
      const line = lineTo(hash);
      // What failed before fails again where the whole is executed.
      if ('missing' in line || line[0]?.executed?.ok === false) return true;
      const left = line.filter(({ executed }) => executed === undefined);
      return left.length <= most || !executeRun(left.slice(0, most)).ok;
    },
    missing(hash) {
      const line = lineTo(hash);
      return 'missing' in line ? line.missing : undefined;
    },
    stateAfter(hash) {
      if (isBase(hash)) return readerAt(hash);
      const node = nodesByHash.get(hash);
      return node?.executed?.ok === true ? readerAt(hash) : undefined;
    },
    pathFromFinal(hash) {
      const path: Block[] = [];
      for (let at = hash; !isBase(at); ) {
        const node = nodesByHash.get(at);
        if (node === undefined || node.final) return undefined;
        path.push(node.block);
        at = node.block.prev_hash;
      }
      return path.reverse();
    },
    markFinal(hash) {
      const node = nodesByHash.get(hash);
      if (node?.executed?.ok !== true) throw new Error('assertion: only an executed block becomes final');
      node.final = true;
      unstored.add(node.executed.value.changes);
      finalHash = hash;
      finalIndex = node.block.index;
      for (const other of [...nodesByHash.values()]) {
        if (!other.final && other.block.index <= finalIndex) drop(other.block.hash);
      }
    },
    markStored(hash) {
      // Every block up to this one is on disk, so none has to stay.
      for (let at = nodesByHash.get(hash); at !== undefined; at = nodesByHash.get(at.block.prev_hash)) {
        unstored.forget(changesOf(at));
        drop(at.block.hash);
      }
    },
    get finalHash() {
      return finalHash;
    },
    get finalIndex() {
      return finalIndex;
    },
    *unfinal() {
      for (const node of nodesByHash.values()) if (!node.final) yield node.block;
    },
  };
}
