/**
 * The final state as ledger.db has it, believed only as far as the state root of its last block proves it: each entry is
 * hashed and compared with its leaf, each node of the tree with the hash in the node above. One rule: what was proved
 * once is kept in memory under its hash, so nothing read later is believed for having been good before.
 */
import { hash as digest } from 'node:crypto';
import {
  childHashIn,
  emptyBucket,
  isBucket,
  keyHashOf,
  leafHashIn,
  leafHashOf,
} from '../../ledger/state-tree/node-text.js';
import { chainShape } from '../../ledger/state-tree/shape.js';
import { blockHash } from '../../ledger/values/identity.js';
import type { FinalTip, StateEntry, StateReader } from '../../ledger/values/state.js';
import type { Hash } from '../../ledger/values/text.js';
import { isDiskFailure } from './disk-failure.js';
import { checking, damage } from './ledger-damage.js';
import type { LedgerReader } from './ledger-reader.js';
import { createRecent } from './recent.js';
import type { Connection } from './sqlite.js';

export const storageHasher = {
  sha256Hex: (text: string): string => digest('sha256', text, 'hex'),
  sha256OfHex: (digits: string): string => digest('sha256', Buffer.from(digits, 'hex'), 'hex'),
};

/** Characters kept of proved branches, all those of a state of some 400,000 entries, and as many of buckets. */
const maxWeight = 8 * 1024 * 1024;

/** Also for whoever knows a part of the state tree himself. */
export interface StateFile extends StateReader {
  /** The entry, null where there is none, if that is what this leaf hash says; undefined: the file has something else. */
  entryWith(key: string, leafHash: string | undefined): StateEntry | null | undefined;
  /** The node if it has this hash. */
  nodeWith(path: string, hash: string): string | undefined;
}

export interface CheckedState extends StateFile {
  /** The last final block, which has to be in the file with its certificate, as they name each other. */
  tip(): FinalTip;
  /** Several reads of one state: the file may grow in between otherwise. */
  once<Value>(read: () => Value): Value;
}

interface Proved {
  readonly hash: string;
  readonly text: string;
}

/** Every read throws LedgerDamage where the file contradicts itself. */
export function createCheckedState(database: Connection, reader: LedgerReader, holds = false): CheckedState {
  const branches = createRecent<Proved>(maxWeight, ({ text }) => text.length);
  const buckets = createRecent<Proved>(maxWeight, ({ text }) => text.length);
  const tipHash = database.prepare('SELECT tip_hash FROM chain').pluck();
  const genesisRoot = database.prepare('SELECT genesis_state_root FROM chain').pluck();
  const inOne = database.transaction((read: () => unknown) => read());
  const begin = database.prepare('BEGIN');
  const commit = database.prepare('COMMIT');
  const giveUp = database.prepare('ROLLBACK');
  /** The tip was looked at since the snapshot was taken that is being read. */
  let isTipOfSnapshot = false;

  function once<Value>(read: () => Value): Value {
    if (database.inTransaction) return read();
    if (!holds) return inOne(read) as Value;
    isTipOfSnapshot = false;
    begin.run();
    queueMicrotask(end);
    return read();
  }

  /** The reads have their answers, or have thrown: of a file that is damaged by now nothing more is to be said here. */
  function end(): void {
    if (!database.open || !database.inTransaction) return;
    try {
      commit.run();
    } catch (error) {
      if (!isDiskFailure(error)) throw error;
      if (database.inTransaction) giveUp.run();
    }
  }

  let known: { readonly tip: FinalTip; readonly root: Hash } | undefined;

  function checkedTip(): { readonly tip: FinalTip; readonly root: Hash } {
    const tip = reader.tip();
    if (known !== undefined && sameTip(known.tip, tip)) return known;
    known = { tip, root: checking(`the last block, ${tip.index},`, () => rootOf(tip)) };
    return known;
  }

  /** Of the last block. Asked for with each read, so no more than its name is read again. */
  function root(): Hash {
    if (known === undefined || !(isTipOfSnapshot || tipHash.get() === known.tip.hash)) checkedTip();
    isTipOfSnapshot = holds;
    return known!.root;
  }

  function rootOf({ index, hash, slot, epoch, view }: FinalTip): Hash {
    if (index === 0) {
      if (hash !== reader.genesisHash()) damage('the last block is named as block 0 and is not the genesis block');
      return genesisRoot.get() as Hash;
    }
    const header = reader.header(index);
    if (header === undefined) damage(`block ${index}, the last, is missing`);
    if (header.hash !== hash || header.slot !== slot || blockHash(storageHasher, header) !== hash) {
      damage(`block ${index} is not the one that was made final`);
    }
    const certificate = reader.certificate(hash);
    if (certificate?.block !== hash || certificate.epoch !== epoch || certificate.view !== view) {
      damage(`the certificate of block ${index} is not the one that was stored`);
    }
    return header.state_root;
  }

  /** The node at `path`, whose hash the node above has. */
  function nodeAt(path: string, expected: string): string {
    const kept = branches.get(path) ?? buckets.get(path);
    if (kept?.hash === expected) return kept.text;
    const text = nodeWith(path, expected);
    if (text === undefined) {
      damage(
        `node ${path === '' ? '(root)' : path} of the state tree does not follow from the root in block ${known?.tip.index}`,
      );
    }
    (isBucket(text) ? buckets : branches).set(path, { hash: expected, text });
    return text;
  }

  /** Down the tree along `symbols`: the bucket on that way, or the node at its end; undefined: the tree has none there. */
  function walk(symbols: string): { readonly path: string; readonly text: string } | undefined {
    let expected = root().slice(2);
    for (let path = ''; ; path = symbols.slice(0, path.length + chainShape.stride)) {
      const text = nodeAt(path, expected);
      if (isBucket(text) || path.length === symbols.length) return { path, text };
      const below = childHashIn(text, symbols.slice(path.length, path.length + chainShape.stride));
      if (below === undefined) return undefined;
      expected = below;
    }
  }

  function get(key: string): StateEntry | undefined {
    const keyHash = keyHashOf(storageHasher, key);
    const found = walk(chainShape.symbols(keyHash));
    const entry = entryWith(key, found && leafHashIn(found.text, keyHash));
    if (entry === undefined) damage(`${key} of the state does not follow from the root in block ${known?.tip.index}`);
    return entry ?? undefined;
  }

  function entryWith(key: string, leafHash: string | undefined): StateEntry | null | undefined {
    const entry = reader.get(key);
    const own = checking(`${key} of the state`, () => entry && leafHashOf(storageHasher, key, entry));
    return own === leafHash ? (entry ?? null) : undefined;
  }

  function nodeWith(path: string, hash: string): string | undefined {
    const text = reader.node(path) ?? (path === '' ? emptyBucket : undefined);
    return text !== undefined && storageHasher.sha256Hex(text) === hash ? text : undefined;
  }

  function node(path: string): string | undefined {
    const found = walk(path);
    return found?.path === path ? found.text : undefined;
  }

  return {
    once,
    tip: () => once(() => checkedTip().tip),
    get: (key) => once(() => get(key)),
    node: (path) => once(() => node(path)),
    entryWith: (key, leafHash) => once(() => entryWith(key, leafHash)),
    nodeWith: (path, hash) => once(() => nodeWith(path, hash)),
  };
}

const sameTip = (one: FinalTip, other: FinalTip): boolean =>
  one.hash === other.hash &&
  one.index === other.index &&
  one.slot === other.slot &&
  one.epoch === other.epoch &&
  one.view === other.view;
