/**
 * Every short history of four identities of which one has a twin. A view is one of 64: its leader (4) and which of the
 * five players hear each other: two groups (2^4 = 16 ways to part five). Three views: 64^3 = 262,144 histories.
 * Renaming B, C and D, or the two twins, changes names only, so of each class of up to 12 one is played.
 */
import { Conflict, Stage } from './stage.js';

export const identities = ['A', 'B', 'C', 'D'] as const;
export const players = ['A', "A'", 'B', 'C', 'D'] as const;
export const viewCount = 64;

/** Bits 0 and 1: the leader. Bits 2 to 5: whether A', B, C, D stand apart from A. */
type View = number;

const leaderOf = (view: View): string => identities[view & 3]!;
const groupsOf = (view: View, names: readonly string[]): readonly (readonly string[])[] => {
  const apart = (at: number): boolean => at > 0 && ((view >> (1 + at)) & 1) === 1;
  return [names.filter((_, at) => !apart(at)), names.filter((_, at) => apart(at))];
};

/** The six orders of B, C, D (as indexes of players 2 to 4), each with and without swapping the twins. */
const orders = [
  [2, 3, 4],
  [2, 4, 3],
  [3, 2, 4],
  [3, 4, 2],
  [4, 2, 3],
  [4, 3, 2],
] as const;
const renamings = orders.flatMap((order) => [[0, 1, ...order] as const, [1, 0, ...order] as const]);

/** Under each renaming what becomes of each of the 64 views. */
const renamed: readonly Uint8Array[] = renamings.map((renaming) =>
  Uint8Array.from({ length: viewCount }, (_, view) => {
    const leader = (view & 3) === 0 ? 0 : renaming[(view & 3) + 1]! - 1;
    const apart = [false, false, false, false, false];
    for (let at = 0; at < 5; at++) apart[renaming[at]!] = at > 0 && ((view >> (1 + at)) & 1) === 1;
    // The group of A is the one that is not apart.
    if (apart[0] === true) for (let at = 0; at < 5; at++) apart[at] = !apart[at];
    return apart.reduce((bits, is, at) => (is && at > 0 ? bits | (1 << (1 + at)) : bits), leader);
  }),
);

/** Whether no renaming gives a history that comes earlier. */
export function isFirstOfItsClass(views: readonly View[]): boolean {
  for (const table of renamed) {
    for (const view of views) {
      const other = table[view]!;
      if (other > view) break;
      if (other < view) return false;
    }
  }
  return true;
}

export interface Outcome {
  readonly conflict?: string;
  /** Highest final block of anyone, after a last view in which all hear each other. */
  readonly height: number;
  readonly steps: number;
}

/** Plays the views and then one more, led by B, in which everyone hears everyone. */
export function playViews(views: readonly View[], names: readonly string[] = players): Outcome {
  const stage = new Stage({ players: names, sets: [identities] });
  try {
    for (const view of views) stage.play(leaderOf(view), groupsOf(view, names));
    stage.play('B', [names]);
    return { height: stage.heights.length - 1, steps: stage.steps };
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    return { conflict: error.message, height: stage.heights.length - 1, steps: stage.steps };
  }
}

/** One representative of every class of histories of three views. */
export function* threeViews(): Iterable<readonly View[]> {
  for (let code = 0; code < viewCount ** 3; code++) {
    const views = [code >> 12, (code >> 6) & 63, code & 63];
    if (isFirstOfItsClass(views)) yield views;
  }
}
