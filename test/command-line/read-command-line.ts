/**
 * The command line of a script: what it may say is written down once, and `--help`, what is said of mistakes, and the
 * types of the values follow from that. After `--help` the process ends with 0, after a mistake with 2.
 */
import { Argument, Command, CommanderError, Option } from 'commander';
import { type Form, Misfit } from './forms.js';

/** An option, or an argument without a name. */
export interface Parameter<T> {
  readonly kind: 'option' | 'word' | 'words';
  /** What it means, in a few words. */
  readonly about: string;
  /** Absent: a flag, which takes no value. */
  readonly form?: Form<unknown>;
  /** What holds where nothing is said. */
  readonly otherwise?: string | undefined;
  readonly required?: boolean;
  /** @param given none: nothing was said. @throws Misfit */
  read(given: readonly string[]): T;
}

/** @param start what holds where nothing is said, as one would type it */
export const option = <T>(form: Form<T>, about: string, start: string): Parameter<T> => ({
  ...{ kind: 'option', about, form, otherwise: start },
  read: ([given = start]) => form.parse(given),
});

/** @param otherwise what happens where nothing is said */
export const optional = <T>(form: Form<T>, about: string, otherwise?: string): Parameter<T | undefined> => ({
  ...{ kind: 'option', about, form, otherwise },
  read: ([given]) => (given === undefined ? undefined : form.parse(given)),
});

export const required = <T>(form: Form<T>, about: string): Parameter<T> => ({
  ...{ kind: 'option', about, form, required: true },
  read: ([given]) => form.parse(given!),
});

export const flag = (about: string): Parameter<boolean> => ({
  ...{ kind: 'option', about },
  read: ({ length }) => length > 0,
});

/** An argument by its place. */
export const word = <T>(form: Form<T>, about: string, start: string): Parameter<T> => ({
  ...option(form, about, start),
  kind: 'word',
});

/** All arguments from here on. @param otherwise what happens without any; absent: there has to be one */
export const words = <T>(form: Form<T>, about: string, otherwise?: string): Parameter<readonly T[]> => ({
  ...{ kind: 'words', about, form, otherwise, required: otherwise === undefined },
  read: (given) => given.map((one) => form.parse(one)),
});

export interface Script<P> {
  /** As one types it: `npm run bench`. */
  readonly command: string;
  /** What it does, in a sentence or two. */
  readonly about: string;
  /** By name in camel case; `largeHome` is `--large-home`. */
  readonly parameters?: P;
  /** What is typed after the command, and what that does. */
  readonly examples?: Readonly<Record<string, string>>;
}

type Parameters = Readonly<Record<string, Parameter<unknown>>>;
type Values<P extends Parameters> = { readonly [Name in keyof P]: P[Name] extends Parameter<infer T> ? T : never };

/** What the process was started with. Does not return where that is a question or a mistake. */
export function readCommandLine<P extends Parameters = Record<never, never>>(script: Script<P>): Values<P> {
  const declared = Object.entries(script.parameters ?? {}).map(([name, parameter]) => declare(name, parameter));
  const program = programOf(script, declared);
  try {
    program.parse();
    const values = declared.map(({ name, parameter, label, given }) => {
      const texts = given(program);
      if (parameter.required && texts.length === 0) throw new Mistake(`${label} is missing: ${parameter.about}.`);
      try {
        return [name, parameter.read(texts)];
      } catch (error) {
        if (!(error instanceof Misfit)) throw error;
        throw new Mistake(`"${error.message}" does not fit ${label}, which takes ${parameter.form?.takes}.`);
      }
    });
    return Object.fromEntries(values) as Values<P>;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) process.exit(0);
    if (!(error instanceof CommanderError || error instanceof Mistake)) throw error;
    const sentence = error instanceof Mistake ? error.message : inOurWords(error, program, declared);
    process.stderr.write(`error: ${sentence}\n  see: ${typed(script.command)} --help\n`);
    process.exit(2);
  }
}

class Mistake extends Error {}

interface Declared {
  readonly name: string;
  readonly parameter: Parameter<unknown>;
  /** As one says it in a sentence. */
  readonly label: string;
  readonly entry: Option | Argument;
  given(program: Command): readonly string[];
}

/** npm keeps what stands before a double dash. */
const typed = (command: string): string => (command.startsWith('npm ') ? `${command} --` : command);

function declare(name: string, parameter: Parameter<unknown>): Declared {
  const { kind, about, form, otherwise } = parameter;
  const notes = [form?.hint ?? '', otherwise === undefined ? '' : `default: ${otherwise}`].filter(Boolean);
  const description = notes.length === 0 ? about : `${about} (${notes.join('; ')})`;
  if (kind === 'option') {
    const label = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const entry = new Option(form === undefined ? label : `${label} <${form.placeholder}>`, description);
    if (form !== undefined) {
      entry.argParser((text) => {
        // What follows is the next option: the value has been forgotten.
        if (text.startsWith('--')) throw new Mistake(withoutValue(label, form));
        return text;
      });
    }
    const given = (program: Command): readonly string[] => {
      const text: unknown = program.getOptionValue(entry.attributeName());
      return text === undefined ? [] : [String(text)];
    };
    return { name, parameter, label, entry, given };
  }
  // What has to be there is looked for when it is read.
  const entry = new Argument(kind === 'word' ? `[${form?.placeholder}]` : `[${form?.placeholder}...]`, description);
  const given = (program: Command): readonly string[] => {
    const at = program.registeredArguments.indexOf(entry);
    return kind === 'word' ? program.args.slice(at, at + 1) : program.args.slice(at);
  };
  const label = `<${form?.placeholder}${kind === 'word' ? '' : '…'}>`;
  return { name, parameter, label, entry, given };
}

function programOf({ command, about, examples = {} }: Script<Parameters>, declared: readonly Declared[]): Command {
  const program = new Command(typed(command))
    .description(about)
    .helpOption('-h, --help', 'print help')
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
  const named: string[] = [];
  const byPlace: string[] = [];
  for (const { entry, parameter, label } of declared) {
    if (entry instanceof Option) {
      program.addOption(entry);
      if (parameter.required) named.push(entry.flags);
    } else {
      program.addArgument(entry);
      byPlace.push(parameter.required ? label : label.replace('<', '[').replace('>', ']'));
    }
  }
  program.usage([...named, '[options]', ...byPlace].join(' '));
  for (const { parameter } of declared) {
    const { placeholder = '', choices } = parameter.form ?? {};
    if (choices !== undefined) program.addHelpText('after', section(placeholder, linesOf(choices)));
  }
  const tried = Object.entries(examples).map(([rest, what]) => `${typed(command)} ${rest}\n      ${what}`);
  return tried.length === 0 ? program : program.addHelpText('after', section('example', tried));
}

/** @param what one of the lines is */
function section(what: string, lines: readonly string[]): string {
  const title = `${what.charAt(0).toUpperCase()}${what.slice(1).replace(',…', '')}s:`;
  return ['', title, ...lines.map((line) => `  ${line}`)].join('\n');
}

function linesOf(choices: Readonly<Record<string, string>>): readonly string[] {
  const width = Math.max(...Object.keys(choices).map(({ length }) => length));
  return Object.entries(choices).map(([name, what]) => `${name.padEnd(width)}  ${what}`.trimEnd());
}

const withoutValue = (label: string, form?: Form<unknown>): string =>
  `${label} comes without a value, and takes ${form?.takes}.`;

/** Commander's sentences do not say what is allowed. */
function inOurWords({ code, message }: CommanderError, program: Command, declared: readonly Declared[]): string {
  const [, name = ''] = /'(--?[\w-]*)/.exec(message) ?? [];
  switch (code) {
    case 'commander.unknownOption': {
      const [, nearest] = /Did you mean (.*)\?/.exec(message) ?? [];
      const flags = declared.flatMap(({ entry, label }) => (entry instanceof Option ? label : []));
      const known = flags.length === 0 ? '.' : `; this takes ${flags.join(', ')}.`;
      return `There is no option ${name}${nearest === undefined ? known : `; did you mean ${nearest}?`}`;
    }
    case 'commander.optionMissingArgument':
      return withoutValue(name, declared.find(({ label }) => label === name)?.parameter.form);
    case 'commander.excessArguments':
      // `npm run bench --seconds 2` passes the 2 alone on.
      return `"${program.args[program.registeredArguments.length]}" belongs to no option${
        program.name().endsWith(' --') ? '; what stands before -- is for npm' : ''
      }.`;
    default:
      return message;
  }
}
