/**
 * Changes a JSON value somewhere: one of its parts gets another number, text, type or shape, or trades places with a
 * part of another message. What JSON.stringify could not write (numbers spelled oddly, a key twice) is a `Raw` piece.
 */
import type { Random } from '../../server/simulator/random.js';

/** Text that stands in the document as it is. */
export class Raw {
  constructor(readonly text: string) {}
}

/** Members in order; a key may come twice. */
export class Members {
  constructor(readonly entries: readonly (readonly [string, unknown])[]) {}
}

const max = Number.MAX_SAFE_INTEGER;
const numbers = [
  ...[0, 1, -1, 2, 3, 16, 17, 99, 100, 101, 255, 256, 257, 999, 1000, 1001, 65_534, 65_535, 65_536, 262_144],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40, max - 65_536, max - 1, max, 2 ** 53, 2 ** 63, 1e21, 1e308],
  ...[-max, 0.5, 1.5, 1e-7],
];
const spellings = [
  ...['-0', '1e0', '1E2', '1.0', '0.0', '1e400', '-1e400', '01', '+1', '1.', '.5', '0x10', 'NaN', 'Infinity'],
  ...['9007199254740993', '9'.repeat(400), `1${'0'.repeat(5_000)}`, '1e-400', '--1', '1_000', '1e', 'tru', 'nul'],
];
const texts = [
  ...[
    '',
    ' ',
    '0',
    '-1',
    'null',
    '__proto__',
    'constructor',
    'toString',
    'slotledger/1/vote\n',
    '0x',
    '0X00',
    '\u0000',
  ],
  ...[
    '\ud800',
    '\udfff\ud800',
    '\u202e',
    '💥',
    'ﬀ',
    'İ',
    '\ufeff',
    '../../etc/passwd',
    '%s%n',
    "' OR 1=1 --",
    '{{7*7}}',
  ],
  ...[
    'a'.repeat(63),
    'a'.repeat(257),
    'é'.repeat(1_001),
    'x'.repeat(20_000),
    `0x${'0'.repeat(64)}`,
    `0x${'f'.repeat(64)}`,
  ],
  ...[`0x${'F'.repeat(64)}`, `0x${'0'.repeat(128)}`, `0x${'f'.repeat(63)}`, `0x01${'0'.repeat(62)}`, '127.0.0.1:0'],
  ...['[::1]:9000', 'localhost:65536', 'a.example:1'],
];

export type Place = readonly (string | number)[];

/** Every place in a value, the root as `[]`; at most 4,000. */
export function placesOf(value: unknown): Place[] {
  const found: Place[] = [];
  const visit = (at: unknown, path: Place): void => {
    if (found.length >= 4_000) return;
    found.push(path);
    if (Array.isArray(at)) for (const [i, item] of at.entries()) visit(item, [...path, i]);
    else if (isPlain(at)) for (const [key, item] of Object.entries(at)) visit(item, [...path, key]);
  };
  visit(value, []);
  return found;
}

const isPlain = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !(value instanceof Raw) && !(value instanceof Members);

export function at(value: unknown, place: Place): unknown {
  let found = value;
  for (const step of place) found = (found as { readonly [step: string]: unknown } | undefined)?.[step];
  return found;
}

/** A copy with another part at `place`; `change` returns undefined to remove it. */
export function withPart(value: unknown, place: Place, change: (part: unknown) => unknown): unknown {
  const [step, ...rest] = place;
  if (step === undefined) return change(value);
  if (Array.isArray(value)) {
    const changed = value.map((item, i) => (i === step ? withPart(item, rest, change) : item));
    return changed.filter((item) => item !== undefined);
  }
  if (!isPlain(value)) return value;
  const copy: { [key: string]: unknown } = { ...value };
  const part = withPart(copy[step], rest, change);
  if (part === undefined) delete copy[step];
  else copy[step] = part;
  return copy;
}

export interface Mutated {
  readonly value: unknown;
  /** What was done, for the report of a failure. */
  readonly what: string;
}

/** @param spare parts of other messages to trade with; called when one is wanted */
export function mutateValue(random: Random, value: unknown, spare: () => unknown): Mutated {
  const places = placesOf(value);
  // The root seldom: a message that is no object any more says little about its fields.
  const place = random.chance(30_000) ? [] : random.pick(places.length > 1 ? places.slice(1) : places);
  let what = '';
  const changed = withPart(value, place, (part) => {
    const [name, made] = mutatePart(random, part, spare);
    what = `${place.join('.') || '(root)'} ${name}`;
    return made;
  });
  return { value: changed, what };
}

function mutatePart(random: Random, part: unknown, spare: () => unknown): readonly [string, unknown] {
  if (random.chance(120_000)) return ['traded', trade(random, part, spare)];
  if (random.chance(120_000)) return ['another type', random.pick([null, true, false, 0, '', [], {}, 'text', 7, [[]]])];
  if (random.chance(40_000)) return ['removed', undefined];
  if (random.chance(20_000)) return ['nested', nested(random)];
  if (typeof part === 'number') return ['number', number(random, part)];
  if (typeof part === 'string') return ['text', text(random, part)];
  if (Array.isArray(part)) return ['list', list(random, part)];
  if (isPlain(part)) return ['members', members(random, part)];
  return ['replaced', random.pick([0, 'x', [], {}, undefined])];
}

/** Something of the same type from elsewhere: a hash for a hash, a certificate for a certificate. */
function trade(random: Random, part: unknown, spare: () => unknown): unknown {
  const other = spare();
  const alike = placesOf(other)
    .map((place) => at(other, place))
    .filter((found) => isAlike(found, part));
  return alike.length === 0 ? other : random.pick(alike);
}

function isAlike(found: unknown, part: unknown): boolean {
  if (typeof found !== typeof part || Array.isArray(found) !== Array.isArray(part)) return false;
  return typeof found !== 'string' || found.length === (part as string).length;
}

function number(random: Random, part: number): unknown {
  switch (random.below(4)) {
    case 0:
      return part + random.pick([-65_536, -2, -1, 1, 2, 16, 65_536]);
    case 1:
      return random.chance(300_000) ? new Raw(random.pick(spellings)) : Math.floor(part / 2);
    default:
      return random.pick(numbers);
  }
}

function text(random: Random, part: string): string {
  const i = random.below(Math.max(1, part.length));
  const char = random.pick([...'0123456789abcdefABCDEFxg \u0000"\\é']);
  switch (random.below(6)) {
    case 0:
      return random.pick(texts);
    case 1:
      return part.slice(0, i);
    case 2:
      return part + part.slice(0, random.between(1, 4));
    case 3:
      return random.chance(500_000) ? part.toUpperCase() : [...part].reverse().join('');
    default:
      return part.slice(0, i) + char + part.slice(i + 1);
  }
}

function list(random: Random, part: readonly unknown[]): unknown {
  switch (random.below(5)) {
    case 0:
      return [];
    case 1:
      return [...part, ...part.slice(0, 1)];
    case 2:
      return random.shuffle(part);
    case 3:
      return part.slice(0, random.below(part.length + 1));
    default: {
      const times = random.pick([2, 17, 101, 257, 1_001]);
      const bytes = JSON.stringify(part[0] ?? null)?.length ?? 0;
      return Array.from({ length: Math.min(times, Math.ceil(400_000 / (bytes + 1))) }, () => part[0] ?? null);
    }
  }
}

function members(random: Random, part: { readonly [key: string]: unknown }): unknown {
  const entries = Object.entries(part);
  const other = random.pick(['extra', '__proto__', 'constructor', 'type', 'hash', '', 'a'.repeat(1_000), '\ud800']);
  switch (random.below(5)) {
    case 0:
      return new Members([...entries, [other, random.pick([null, 1, {}, 'x'])]]);
    case 1:
      return new Members(
        entries.length === 0
          ? [
              ['a', 1],
              ['a', 1],
            ]
          : [...entries, random.pick(entries)],
      );
    case 2:
      return new Members(random.shuffle(entries));
    case 3:
      return {};
    default: {
      const gone = random.below(Math.max(1, entries.length));
      return Object.fromEntries(entries.filter((_, i) => i !== gone));
    }
  }
}

function nested(random: Random): Raw {
  const depth = random.pick([15, 16, 17, 31, 32, 33, 63, 64, 65, 200, 1_000, 20_000]);
  return new Raw(
    random.chance(500_000) ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
  );
}
