/**
 * Histories of identities of which one has a twin. A view says who leads and which of the players hear each other, in two
 * groups: with a twin of a quarter one of 64 (4 leaders, 2^4 = 16 ways to part five players), so that three views make
 * 64^3 = 262,144 histories. Renaming B, C and D, or the two twins, changes names only, so of each class of up to 12 one is
 * played.
 */
import { Conflict, Stage } from './stage.js';

export interface Cast {
  readonly identities: readonly string[];
  readonly players: readonly string[];
  /** By identity; 1 for whom none is named. */
  readonly stakes?: Readonly<Record<string, number>>;
}

/** Four of equal stake: one may be Byzantine, and both safety and liveness are owed. */
export const twinOfAQuarter: Cast = { identities: ['A', 'B', 'C', 'D'], players: ['A', "A'", 'B', 'C', 'D'] };

/** Two of six: the most that safety bears. The others have two thirds and not more, so liveness is not owed. */
export const twinOfAThird: Cast = {
  identities: ['A', 'B', 'C', 'D', 'E'],
  players: ['A', "A'", 'B', 'C', 'D', 'E'],
  stakes: { A: 2 },
};

/** A number below `viewsOf` its cast: the leader, plus the number of leaders times bits for who stands apart from A. */
type View = number;

export const viewsOf = ({ identities, players }: Cast): number => identities.length * 2 ** (players.length - 1);

function groupsOf(view: View, { identities, players }: Cast): readonly (readonly string[])[] {
  const bits = Math.floor(view / identities.length);
  const apart = (at: number): boolean => at > 0 && ((bits >> (at - 1)) & 1) === 1;
  return [players.filter((_, at) => !apart(at)), players.filter((_, at) => apart(at))];
}

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

/** Under each renaming what becomes of each of the 64 views: bits 0 and 1 the leader, bits 2 to 5 who stands apart. */
const renamed: readonly Uint8Array[] = renamings.map((renaming) =>
  Uint8Array.from({ length: viewsOf(twinOfAQuarter) }, (_, view) => {
    const leader = (view & 3) === 0 ? 0 : renaming[(view & 3) + 1]! - 1;
    const apart = [false, false, false, false, false];
    for (let at = 0; at < 5; at++) apart[renaming[at]!] = at > 0 && ((view >> (1 + at)) & 1) === 1;
    // The group of A is the one that is not apart.
    if (apart[0] === true) for (let at = 0; at < 5; at++) apart[at] = !apart[at];
    return apart.reduce((bits, is, at) => (is && at > 0 ? bits | (1 << (1 + at)) : bits), leader);
  }),
);

/** Whether no renaming gives a history with a twin of a quarter that comes earlier. */
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
export function playViews(views: readonly View[], cast: Cast = twinOfAQuarter): Outcome {
  const { identities, players, stakes } = cast;
  const stage = new Stage({ players, sets: [identities], ...(stakes === undefined ? {} : { stakes }) });
  try {
    for (const view of views) stage.play(identities[view % identities.length]!, groupsOf(view, cast));
    stage.play('B', [players]);
    return { height: stage.heights.length - 1, steps: stage.steps };
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    return { conflict: error.message, height: stage.heights.length - 1, steps: stage.steps };
  }
}

/** One representative of every class of histories of three views with a twin of a quarter. */
export function* threeViews(): Iterable<readonly View[]> {
  for (let code = 0; code < viewsOf(twinOfAQuarter) ** 3; code++) {
    const views = [code >> 12, (code >> 6) & 63, code & 63];
    if (isFirstOfItsClass(views)) yield views;
  }
}
