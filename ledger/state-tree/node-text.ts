/**
 * The texts of the state tree. Every node and leaf begins with its own domain tag, and its hash is the SHA-256 of its
 * text, so `sha256sum` checks any of them.
 *
 * bucket: tag, then `<key hash> <leaf hash>` a line, ascending.
 * branch: tag, then `<path symbols> <node hash> <entries below>` a line, ascending.
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
  hasher.sha256Hex(`${leafTag}${key}\n${canonicalJson(entry)}`);

export const isBucket = (text: string): boolean => text.startsWith(bucketTag);

export function bucketText(leaves: readonly Leaf[]): string {
  let text = bucketTag;
  for (const leaf of leaves) text += `${leaf.keyHash} ${leaf.leafHash}\n`;
  return text;
}

export function readBucket(text: string): Leaf[] {
  const leaves: Leaf[] = [];
  for (let at = bucketTag.length; at < text.length; at += 2 * hashLength + 2) {
    const middle = at + hashLength;
    leaves.push({ keyHash: text.slice(at, middle), leafHash: text.slice(middle + 1, middle + 1 + hashLength) });
  }
  return leaves;
}

export function branchText(children: readonly Child[]): string {
  let text = branchTag;
  for (const child of children) text += `${child.symbols} ${child.hash} ${child.count}\n`;
  return text;
}

export function readBranch(text: string, stride: number): Child[] {
  const children: Child[] = [];
  for (let at = branchTag.length; at < text.length; ) {
    const hashAt = at + stride + 1;
    const countAt = hashAt + hashLength + 1;
    const end = text.indexOf('\n', countAt);
    children.push({
      symbols: text.slice(at, at + stride),
      hash: text.slice(hashAt, countAt - 1),
      count: Number(text.slice(countAt, end)),
    });
    at = end + 1;
  }
  return children;
}
