/**
 * The texts of the state tree. Every node and leaf begins with its own domain tag, and its hash is the SHA-256 of its
 * text, so `sha256sum` checks any of them.
 *
 * bucket: tag, then `<key hash> <leaf hash>` a line, ascending.
 * branch: tag, then `<path symbols> <node hash> <entries below, ten digits>` a line, ascending.
 *
 * Lines of one kind have one length, so that a line is replaced without reading the others.
 */
import { canonicalJson } from '../values/canonical.js';
import type { Hasher } from '../values/crypto.js';
import { domainTag } from '../values/domain.js';
import type { StateEntry } from '../values/state.js';

const keyTag = domainTag('state-key');
const leafTag = domainTag('state-leaf');
const bucketTag = `${domainTag('state-node')}bucket\n`;
const branchTag = `${domainTag('state-node')}branch\n`;
const hashLength = 64;
const countLength = 10;
const leafLine = 2 * hashLength + 2;

export interface Leaf {
  readonly keyHash: string;
  readonly leafHash: string;
}

export interface Child {
  readonly symbols: string;
  readonly hash: string;
  readonly count: number;
}

export const keyHashOf = (hasher: Hasher, key: string): string => hasher.sha256Hex(keyTag + key);

/** The key is part of the leaf, so an entry proves which key it stands under. */
export const leafHashOf = (hasher: Hasher, key: string, entry: StateEntry): string =>
  hasher.sha256Hex(`${leafTag}${key}\n${entryText(entry)}`);

/** The canonical JSON of an entry. Accounts, nearly all entries, are written without sorting; tested equal. */
export function entryText(entry: StateEntry): string {
  if (entry.kind !== 'account') return canonicalJson(entry);
  return `{"balance":${entry.balance},"kind":"account","nonces":${canonicalJson(entry.nonces)}}`;
}

export const isBucket = (text: string): boolean => text.startsWith(bucketTag);

export const emptyBucket = bucketTag;

const leafText = (leaf: Leaf): string => `${leaf.keyHash} ${leaf.leafHash}\n`;

export function bucketText(leaves: readonly Leaf[]): string {
  return bucketTag + leaves.map(leafText).join('');
}

export function readBucket(text: string): Leaf[] {
  const leaves: Leaf[] = [];
  for (let at = bucketTag.length; at < text.length; at += leafLine) {
    const middle = at + hashLength;
    leaves.push({ keyHash: text.slice(at, middle), leafHash: text.slice(middle + 1, at + leafLine - 1) });
  }
  return leaves;
}

/** The leaf hash that a bucket has for an entry; undefined: the entry is not in the state. */
export function leafHashIn(text: string, keyHash: string): string | undefined {
  for (let at = bucketTag.length; at < text.length; at += leafLine) {
    if (text.startsWith(keyHash, at)) return text.slice(at + hashLength + 1, at + leafLine - 1);
  }
  return undefined;
}

export const bucketSize = (text: string): number => (text.length - bucketTag.length) / leafLine;

/** The bucket after these changes, which come in ascending order; a null leaf hash takes its leaf out. */
export function changeBucket(
  text: string,
  changes: readonly { readonly keyHash: string; readonly leafHash: string | null }[],
): string {
  let changed = '';
  let copied = 0;
  let at = bucketTag.length;
  for (const { keyHash, leafHash } of changes) {
    while (at < text.length && text.slice(at, at + hashLength) < keyHash) at += leafLine;
    const there = text.startsWith(keyHash, at);
    changed += text.slice(copied, at);
    if (leafHash !== null) changed += leafText({ keyHash, leafHash });
    copied = there ? at + leafLine : at;
  }
  return changed + text.slice(copied);
}

const childText = ({ symbols, hash, count }: Child): string =>
  `${symbols} ${hash} ${String(count).padStart(countLength, '0')}\n`;

const childLine = (stride: number): number => stride + hashLength + countLength + 3;

export function branchText(children: readonly Child[]): string {
  return branchTag + children.map(childText).join('');
}

export function readBranch(text: string, stride: number): Child[] {
  const children: Child[] = [];
  const line = childLine(stride);
  for (let at = branchTag.length; at < text.length; at += line) children.push(childAt(text, at, stride));
  return children;
}

/** The hash that a branch has for the node below it; undefined: there is none. */
export function childHashIn(text: string, symbols: string): string | undefined {
  const line = childLine(symbols.length);
  for (let at = branchTag.length; at < text.length; at += line) {
    if (!text.startsWith(symbols, at)) continue;
    const from = at + symbols.length + 1;
    return text.slice(from, from + hashLength);
  }
  return undefined;
}

function childAt(text: string, at: number, stride: number): Child {
  const countAt = at + stride + hashLength + 2;
  return {
    symbols: text.slice(at, at + stride),
    hash: text.slice(at + stride + 1, countAt - 1),
    count: Number(text.slice(countAt, countAt + countLength)),
  };
}

/** Replaces children one after another, in ascending order of their symbols. */
export interface BranchEditor {
  /** @param replace what the child becomes, given the count it had; a count of 0 takes it out. */
  child(symbols: string, replace: (count: number) => Omit<Child, 'symbols'>): void;
  text(): string;
}

export function editBranch(text: string, stride: number): BranchEditor {
  const line = childLine(stride);
  let edited = '';
  let copied = 0;
  let at = branchTag.length;
  return {
    child(symbols, replace) {
      while (at < text.length && text.slice(at, at + stride) < symbols) at += line;
      const there = text.startsWith(symbols, at);
      const { hash, count } = replace(there ? childAt(text, at, stride).count : 0);
      edited += text.slice(copied, at);
      if (count > 0) edited += childText({ symbols, hash, count });
      copied = there ? at + line : at;
    },
    text: () => edited + text.slice(copied),
  };
}
