/**
 * Changes what a message says while it keeps its shape, so that the decoder takes it: another number nearby, another
 * message's hash, certificate, block or vote in the place of its own, an optional part that comes or goes.
 */
import type { Random } from '../../server/simulator/random.js';
import { at, type Mutated, placesOf, withPart } from './mutate-value.js';

const max = Number.MAX_SAFE_INTEGER;
/** Parts that may be absent. */
const optional = new Set(['last_prepare', 'lock', 'vrf', 'next_epoch', 'expires_slot', 'memo', 'lane', 'work']);

/** @param spare another message to take parts from */
export function mutateMeaning(random: Random, value: unknown, spare: () => unknown): Mutated {
  const places = placesOf(value).filter((place) => place.length > 0 && place.at(-1) !== 'type');
  if (places.length === 0) return { value, what: 'left' };
  const place = random.pick(places);
  const name = place.at(-1)!;
  if (typeof name === 'string' && optional.has(name) && random.chance(300_000)) {
    return { value: withPart(value, place, () => undefined), what: `${place.join('.')} removed` };
  }
  return {
    value: withPart(value, place, (part) => another(random, part, name, spare())),
    what: `${place.join('.')} other`,
  };
}

function another(random: Random, part: unknown, name: string | number, other: unknown): unknown {
  if (typeof part === 'number') return number(random, part);
  if (part === 'prepare') return 'commit';
  if (part === 'commit') return 'prepare';
  const places = placesOf(other);
  const named = places.filter((place) => place.at(-1) === name).map((place) => at(other, place));
  const alike = named.filter((found) => typeof found === typeof part && Array.isArray(found) === Array.isArray(part));
  if (alike.length > 0 && random.chance(700_000)) return random.pick(alike);
  if (typeof part === 'string') return hexLike(random, part, other);
  if (Array.isArray(part))
    return random.chance(500_000) ? part.slice(0, random.below(part.length + 1)) : random.shuffle(part);
  return part;
}

function number(random: Random, part: number): number {
  const near = part + random.pick([-65_536, -2, -1, 1, 2, 65_536, 8 * 65_536]);
  const other = random.chance(800_000) ? near : random.pick([0, 1, max, max - 1, 2 ** 31, 2 ** 32, part * 2]);
  return Math.min(max, Math.max(0, other));
}

/** Hex of the same length: from the other message, or with another digit. */
function hexLike(random: Random, part: string, other: unknown): string {
  if (!/^0x[0-9a-f]+$/.test(part)) return part;
  const texts = placesOf(other)
    .map((place) => at(other, place))
    .filter((found): found is string => typeof found === 'string' && found.length === part.length && found !== part);
  if (texts.length > 0 && random.chance(700_000)) return random.pick(texts);
  const i = random.between(2, part.length - 1);
  return part.slice(0, i) + random.below(16).toString(16) + part.slice(i + 1);
}
