/**
 * How the rows of one account's history point back, so that any of them is found in logarithmic time while rows are only ever
 * appended: each names the row before it and one that is further back (Myers, "An applicative random-access stack", 1983).
 */

/**
 * Which row of an account the row number `depth` jumps to; both count from 0. `depth` is a sum of numbers 2^k - 1, the largest
 * first, and the jump passes as many rows as the last of them says. So it goes either to the row before, or to where the
 * jump of the row that the row before jumps to goes.
 * @param depth at least 1
 */
export function jumpDepth(depth: number): number {
  let rest = depth;
  for (;;) {
    let term = 1;
    while (2 * term + 1 <= rest) term = 2 * term + 1;
    rest -= term;
    if (rest === 0) return depth - term;
  }
}
