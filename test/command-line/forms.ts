/** The forms that values on a command line have: each says what it takes in words and makes the value of the text. */
import { existsSync } from 'node:fs';

/** Thrown for text that is not of a form. The message is the text, or the part of a list that is wrong. */
export class Misfit extends Error {}

export interface Form<T> {
  /** Stands for the value in the help, and names its unit: `seconds`. */
  readonly placeholder: string;
  /** Ends a sentence: `--seconds takes a number of seconds above 0, such as 60 or 60s.` */
  readonly takes: string;
  /** For the help: bounds or a few choices; absent where the placeholder says it all. */
  readonly hint?: string;
  /** Many choices, or such as need a word, which the help tells in a section of their own: meanings by name. */
  readonly choices?: Readonly<Record<string, string>>;
  /** @throws Misfit */
  parse(text: string): T;
}

/** Nothing negative can be said. */
export interface Range {
  readonly above?: number;
  readonly least?: number;
  readonly most?: number;
}

function numeric(placeholder: string, noun: string, pattern: RegExp, range: Range): Form<number> {
  const { above = -1, least = 0, most = Number.MAX_SAFE_INTEGER } = range;
  const from = range.above === undefined ? `${least} or more` : `above ${above}`;
  const to = range.most === undefined ? [] : [`at most ${most.toLocaleString('en')}`];
  return {
    placeholder,
    takes: [noun, from, ...to].join(', '),
    // Where it begins is plain to most.
    hint: to.join(),
    parse(text) {
      const value = pattern.test(text) ? Number.parseFloat(text) : Number.NaN;
      if (value > above && value >= least && value <= most) return value;
      throw new Misfit(text);
    },
  };
}

const decimal = /^\d+(\.\d+)?$/;
export const number = (range: Range = {}): Form<number> => numeric('number', 'a number', decimal, range);
export const minutes = (range: Range = {}): Form<number> => numeric('minutes', 'a number of minutes', decimal, range);

/** Written with or without its unit: `60`, `60s`, `0.5s`. */
export function seconds(range: Range = {}): Form<number> {
  const form = numeric('seconds', 'a number of seconds', /^\d+(\.\d+)?s?$/, range);
  return { ...form, takes: `${form.takes}, such as 60 or 60s` };
}

/** Seconds on the command line, whole ms in the program. */
export const durationMs: Form<number> = {
  ...seconds(),
  parse: (text) => Math.round(seconds().parse(text) * 1000),
};

/** @param placeholder where a unit helps */
export const wholeNumber = (range: Range = {}, placeholder = 'number'): Form<number> =>
  numeric(placeholder, 'a whole number', /^\d+$/, range);

/** Of something that there has to be one of. */
export const count = wholeNumber({ least: 1 });

/** The same seed draws the same. */
export const seed = wholeNumber();

/** @param described the choices, where they are too many to be listed */
export function oneOf<const T extends string>(
  placeholder: string,
  choices: readonly T[],
  described = choices.join(', '),
): Form<T> {
  return {
    placeholder,
    takes: `one of ${described}`,
    hint: described,
    parse(text) {
      const choice = choices.find((one) => one === text);
      if (choice === undefined) throw new Misfit(text);
      return choice;
    },
  };
}

/** @param choices their meanings by name */
export function oneOfThese<const T extends string>(placeholder: string, choices: Readonly<Record<T, string>>): Form<T> {
  const { hint, ...form } = oneOf(placeholder, Object.keys(choices) as T[]);
  return { ...form, choices };
}

/** Text that stands in at least one of the names: all those are meant. */
export function partOf(placeholder: string, names: readonly string[]): Form<string> {
  return {
    placeholder,
    takes: `a name of these or a part of it: ${names.join('; ')}`,
    choices: Object.fromEntries(names.map((name) => [name, ''])),
    parse(text) {
      if (!names.some((name) => name.includes(text))) throw new Misfit(text);
      return text;
    },
  };
}

/** Values with commas between them. */
export function listOf<T>(form: Form<T>): Form<readonly T[]> {
  return {
    ...form,
    placeholder: `${form.placeholder},…`,
    takes: `${form.takes}, or several with commas between them`,
    parse: (text) => text.split(',').map((part) => form.parse(part)),
  };
}

function words(placeholder: string, takes: string, isFit: (text: string) => boolean = () => true): Form<string> {
  return {
    placeholder,
    takes,
    parse(text) {
      if (text === '' || !isFit(text)) throw new Misfit(text);
      return text;
    },
  };
}

/** What has no form that could be checked before it is used. */
export const text = (placeholder: string): Form<string> => words(placeholder, `a ${placeholder}`);
export const file = text('file');
export const directory = text('directory');
export const existingFile = words('file', 'a file that is there', existsSync);
