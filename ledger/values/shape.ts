/**
 * The pieces that strict decoders are built from. A decoder takes anything, never throws, never keeps the sender's
 * object, and refuses whatever it does not know; its problem says where and why.
 */
import { type DecodeProblem, err, ok, type Result } from './result.js';

export type Decoder<T> = (value: unknown) => Result<T, DecodeProblem>;

/** A member of an object that may be left out. */
export interface OptionalField<T> {
  readonly optional: Decoder<T>;
}

/** A decoder for each member of `T`, in the order in which the new object gets them. */
export type Fields<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K>
    ? OptionalField<Exclude<T[K], undefined>>
    : Decoder<T[K]>;
};

export const optional = <T>(decoder: Decoder<T>): OptionalField<T> => ({ optional: decoder });

/** Refuses the whole value with one sentence. */
export const refuse = (detail: string): { readonly ok: false; readonly problem: DecodeProblem } =>
  err({ path: '', detail });

/** An object with exactly these members; a member that is `undefined` counts as absent. */
export function record<T>(fields: Fields<T>): Decoder<T> {
  const names = Object.keys(fields);
  const known = new Set(names);
  const decoders = names.map((name) => fields[name as keyof T] as Decoder<unknown> | OptionalField<unknown>);
  return (value) => {
    if (!isObject(value)) return refuse(`An object is expected here, not ${describe(value)}.`);
    const made: Record<string, unknown> = {};
    let found = 0;
    for (let i = 0; i < names.length; i += 1) {
      const name = names[i]!;
      const decoder = decoders[i]!;
      const member = value[name];
      if (member === undefined) {
        if (typeof decoder === 'function') return inside(name, { path: '', detail: 'This member is missing.' });
        continue;
      }
      found += 1;
      const decoded = typeof decoder === 'function' ? decoder(member) : decoder.optional(member);
      if (!decoded.ok) return inside(name, decoded.problem);
      made[name] = decoded.value;
    }
    for (const name in value) {
      if (value[name] === undefined) continue;
      found -= 1;
      if (!known.has(name)) return refuse(`"${shown(name)}" is not a member that is known here.`);
    }
    return found === 0 ? ok(made as T) : refuse('Only members of the object itself count.');
  };
}

/** An array of at most `maxItems`. */
export function list<T>(item: Decoder<T>, maxItems: number, minItems = 0): Decoder<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return refuse(`A list is expected here, not ${describe(value)}.`);
    if (value.length > maxItems) return refuse(`At most ${maxItems} items are allowed here, not ${value.length}.`);
    if (value.length < minItems) return refuse(`At least ${minItems} items are needed here, not ${value.length}.`);
    const made: T[] = [];
    for (let i = 0; i < value.length; i += 1) {
      const decoded = item(value[i]);
      if (!decoded.ok) return inside(`[${i}]`, decoded.problem);
      made.push(decoded.value);
    }
    return ok(made);
  };
}

/** An integer from `min` to `max`, inclusive; -0 is refused. */
export function integer<T extends number>(min: number, max: number = Number.MAX_SAFE_INTEGER): Decoder<T> {
  return (value) => {
    if (typeof value !== 'number') return refuse(`An integer is expected here, not ${describe(value)}.`);
    if (!Number.isSafeInteger(value) || value < min || value > max || (value === 0 && Object.is(value, -0))) {
      return refuse(`An integer from ${min} to ${max} is expected here, not ${shownNumber(value)}.`);
    }
    return ok(value as T);
  };
}

/** A string that `good` accepts; `expected` completes "… is expected here". */
export function textOf<T extends string>(good: (text: string) => boolean, expected: string): Decoder<T> {
  return (value) => {
    if (typeof value === 'string' && good(value)) return ok(value as T);
    return refuse(`${expected} is expected here, not ${describe(value)}.`);
  };
}

/** Exactly one of these values. */
export function oneOf<const T extends string | number>(...values: readonly T[]): Decoder<T> {
  const names = values.map((value) => JSON.stringify(value)).join(' or ');
  return (value) => {
    if (values.includes(value as T)) return ok(value as T);
    return refuse(`${names} is expected here, not ${describe(value)}.`);
  };
}

export const boolean: Decoder<boolean> = (value) =>
  typeof value === 'boolean' ? ok(value) : refuse(`true or false is expected here, not ${describe(value)}.`);

/** What `decoder` accepts, or null. */
export function nullable<T>(decoder: Decoder<T>): Decoder<T | null> {
  return (value) => (value === null ? ok(null) : decoder(value));
}

/** A decoder with one more rule: `fault` says what is wrong with the decoded value, or nothing. */
export function checked<T>(decoder: Decoder<T>, fault: (value: T) => DecodeProblem | string | undefined): Decoder<T> {
  return (value) => {
    const decoded = decoder(value);
    if (!decoded.ok) return decoded;
    const found = fault(decoded.value);
    if (found === undefined) return decoded;
    return typeof found === 'string' ? refuse(found) : err(found);
  };
}

/** An object whose string member `tag` chooses its decoder. */
export function variant<T>(tag: string, decoders: { readonly [kind: string]: Decoder<T> }): Decoder<T> {
  const byKind = new Map(Object.entries(decoders));
  const names = [...byKind.keys()].map((kind) => `"${kind}"`).join(', ');
  return (value) => {
    if (!isObject(value)) return refuse(`An object is expected here, not ${describe(value)}.`);
    const kind = value[tag];
    const decoder = typeof kind === 'string' ? byKind.get(kind) : undefined;
    if (decoder) return decoder(value);
    return inside(tag, { path: '', detail: `One of ${names} is expected here, not ${describe(kind)}.` });
  };
}

/** Moves a problem one level outwards: `inside('outputs', {path: '[3].amount'})` is about `outputs[3].amount`. */
function inside(step: string, problem: DecodeProblem): { readonly ok: false; readonly problem: DecodeProblem } {
  const joint = problem.path === '' || problem.path.startsWith('[') ? '' : '.';
  return err({ path: `${step}${joint}${problem.path}`, detail: problem.detail });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value in a sentence, short whatever its size. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `"${shown(value)}"`;
    case 'number':
      return shownNumber(value);
    case 'boolean':
      return String(value);
    case 'undefined':
      return 'nothing';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? 'a list' : 'an object';
    default:
      return `a ${typeof value}`;
  }
}

const shownNumber = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

function shown(text: string): string {
  const quoted = JSON.stringify(text.length > 48 ? `${text.slice(0, 48)}…` : text);
  return quoted.slice(1, -1);
}
