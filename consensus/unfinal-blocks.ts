/**
 * The blocks that are not final yet: a tree of headers above the tip. Bodies live with the driver; a header here means
 * that the driver has the body. Bounded, and never at the expense of what this node is locked on or voted for.
 */
import type { HashedHeader } from '../ledger/values/block.js';
import type { Hash } from '../ledger/values/text.js';
import { maxKeptBodies } from './config.js';
import type { CoreState } from './core-state.js';
import { compareRanks, rankOf } from './rank.js';
import { emit } from './send.js';

/** The header of an unfinal block or of the tip. */
export const headerOf = (state: CoreState, block: Hash): HashedHeader | undefined =>
  block === state.tip.hash ? state.tip : state.headers.get(block);

/** How a block hangs together with the final chain. */
export type Path =
  /** The blocks above the tip up to it, oldest first; empty for the tip itself. */
  | { readonly kind: 'whole'; readonly blocks: readonly HashedHeader[] }
  | { readonly kind: 'missing'; readonly block: Hash }
  /** It descends from another block of the tip's height: it can never become final. */
  | { readonly kind: 'forked' };

export function pathFromTip(state: CoreState, block: Hash): Path {
  const blocks: HashedHeader[] = [];
  let at = block;
  while (at !== state.tip.hash) {
    const header = state.headers.get(at);
    if (header === undefined) {
      const child = blocks.at(-1);
      return child !== undefined && child.index <= state.tip.index + 1
        ? { kind: 'forked' }
        : { kind: 'missing', block: at };
    }
    if (header.index <= state.tip.index) return { kind: 'forked' };
    blocks.push(header);
    at = header.prev_hash;
  }
  return { kind: 'whole', blocks: blocks.reverse() };
}

/** Takes a header whose body the driver has. */
export function keepHeader(state: CoreState, block: HashedHeader): void {
  if (block.index <= state.tip.index || state.headers.has(block.hash)) return;
  if (state.headers.size >= state.limits.unfinalHeaders) evictOne(state);
  state.headers.set(block.hash, block);
  state.fetching.delete(block.hash);
}

/** [5-bodies] What the vote state keeps: the block of the lock, those last voted for, and their ancestors that are not final. */
export function keptBodies(state: CoreState): readonly Hash[] {
  const bodies = new Set<Hash>();
  for (const block of [state.lock.block, ...state.votedFor]) {
    for (let at = state.headers.get(block); at !== undefined && !bodies.has(at.hash); ) {
      bodies.add(at.hash);
      at = state.headers.get(at.prev_hash);
    }
  }
  return [...bodies];
}

export function noteVotedFor(state: CoreState, block: Hash): void {
  state.votedFor.delete(block);
  state.votedFor.add(block);
  if (state.votedFor.size > maxKeptBodies) state.votedFor.delete(state.votedFor.values().next().value!);
}

/** A block and its ancestors as far as their headers are here. */
function lineTo(state: CoreState, block: Hash): readonly Hash[] {
  const line: Hash[] = [];
  for (let at = state.headers.get(block); at !== undefined; at = state.headers.get(at.prev_hash)) line.push(at.hash);
  return line;
}

/** The lines to the blocks of certificates that wait for them, that of the highest first. */
function linesToLocks(state: CoreState): readonly { readonly block: Hash; readonly line: readonly Hash[] }[] {
  const certificates = [...state.waiting].flatMap((block) => state.qcs.get(block) ?? []);
  certificates.sort((left, right) => compareRanks(rankOf(state, right), rankOf(state, left)));
  return certificates.map(({ block }) => ({ block, line: lineTo(state, block) }));
}

/**
 * Forgets the oldest header that nothing here needs, and sooner one that nothing waits for either; last of all what leads to the
 * highest certificate that waits.
 * [5-no-room] What waited for it waits no longer: two that had room for one would push each other out, and be fetched
 * again, for ever.
 */
function evictOne(state: CoreState): void {
  const needed = new Set(keptBodies(state));
  const held = [...state.held].map(([slot, { block }]) => ({ slot, line: lineTo(state, block.hash) }));
  const awaited = state.awaitingBody === undefined ? [] : lineTo(state, state.awaitingBody.block);
  const toLocks = linesToLocks(state);
  const wanted = new Set([...held, ...toLocks].flatMap(({ line }) => line).concat(awaited));
  const spare = [...state.headers.keys()].filter((hash) => !needed.has(hash));
  const isInFirst = (hash: Hash): boolean => toLocks[0]?.line.includes(hash) === true;
  const evicted = spare.find((hash) => !wanted.has(hash)) ?? spare.find((hash) => !isInFirst(hash)) ?? spare[0];
  if (evicted === undefined) return;
  for (const { slot, line } of held) if (line.includes(evicted)) state.held.delete(slot);
  for (const { block, line } of toLocks) if (line.includes(evicted)) state.waiting.delete(block);
  if (awaited.includes(evicted)) state.awaitingBody = undefined;
  forget(state, evicted);
}

/** After finality: forgets what is final and what can no longer become so. */
export function forgetDecided(state: CoreState): void {
  for (const hash of [...state.headers.keys()]) {
    if (state.headers.has(hash) && pathFromTip(state, hash).kind === 'forked') forget(state, hash);
  }
  for (const hash of [...state.proposedAt.keys()]) if (!state.headers.has(hash)) state.proposedAt.delete(hash);
}

export function forget(state: CoreState, hash: Hash): void {
  state.headers.delete(hash);
  state.validity.delete(hash);
  state.votedFor.delete(hash);
  state.fetching.delete(hash);
  state.proposedAt.delete(hash);
}

export function fetch(state: CoreState, block: Hash): void {
  if (state.fetching.has(block)) return;
  state.fetching.add(block);
  emit(state, { type: 'fetch_block', block });
}

/**
 * Whether a block and all its ancestors above the tip execute to their roots. Asks for the first body or execution that
 * is missing, one at a time; the answer brings the caller back.
 */
export function executed(state: CoreState, block: Hash): 'valid' | 'invalid' | 'waiting' {
  const path = pathFromTip(state, block);
  if (path.kind === 'forked') return 'invalid';
  if (path.kind === 'missing') {
    fetch(state, path.block);
    return 'waiting';
  }
  for (const { hash } of path.blocks) {
    const validity = state.validity.get(hash);
    if (validity === 'valid') continue;
    if (validity === 'invalid') return 'invalid';
    if (state.validating === undefined) {
      state.validating = hash;
      emit(state, { type: 'validate_block', block: hash });
    }
    return 'waiting';
  }
  return 'valid';
}
