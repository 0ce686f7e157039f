/** Who is Byzantine in a run, and how: drawn from the seed, always less than a third of the stake. */
import { type Role, roles } from '../../server/simulator/cast/cast.js';
import { type Casting, castOn } from '../../server/simulator/cast/casting.js';
import type { Random } from '../../server/simulator/random.js';

export const allHonest: Casting = { roles: [], actors: new Map(), twins: [] };

/** Roles that joined the cast when seeds had a meaning already: they come on top of what a seed has drawn, one seed in eight. */
const guests: readonly Role[] = ['body burier'];
const regulars = roles.filter((role) => !guests.includes(role));

/**
 * Two thirds of the seeds have Byzantine validators: one to three roles, on as many nodes as less than a third allows.
 * The first role goes round with the seed, so that few seeds in a row have had each; the others are drawn.
 */
export function drawCasting(seed: number, random: Random, stakes: readonly number[]): Casting {
  if (seed % 3 === 0) return allHonest;
  const first = regulars[(seed - Math.ceil(seed / 3)) % regulars.length]!;
  const others = random.shuffle(regulars.filter((role) => role !== first)).slice(0, random.between(0, 2));
  const guest = guests.filter((_, at) => seed % 8 === 4 * at);
  return castOn([first, ...others, ...guest], drawByzantine(random, stakes));
}

/**
 * More than the rules can bear: a third of the stake or more, up to half, as twins or as voters who ignore their locks
 * behind leaders who propose two blocks. A harness that finds no conflict here looks away.
 */
export function drawControl(random: Random, stakes: readonly number[]): Casting {
  const total = stakes.reduce((sum, stake) => sum + stake, 0);
  const drawn: readonly Role[] = random.pick([['twin'], ['equivocating leader', 'lock ignorer']] as const);
  for (let attempt = 0; ; attempt++) {
    const chosen: number[] = [];
    let held = 0;
    for (const node of random.shuffle(stakes.map((_, at) => at))) {
      if (2 * (held + stakes[node]!) > total) continue;
      held += stakes[node]!;
      chosen.push(node);
    }
    if (3 * held >= total || attempt === 100) return { ...castOn(drawn, chosen), camps: drawn.includes('twin') };
  }
}

function drawByzantine(random: Random, stakes: readonly number[]): readonly number[] {
  const total = stakes.reduce((sum, stake) => sum + stake, 0);
  const chosen: number[] = [];
  let held = 0;
  for (const node of random.shuffle(stakes.map((_, at) => at))) {
    if (3 * (held + stakes[node]!) >= total) continue;
    held += stakes[node]!;
    chosen.push(node);
  }
  return chosen;
}
