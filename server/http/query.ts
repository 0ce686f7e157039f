/** Path and query parameters through their schemas. Unknown and repeated ones are refused, never ignored. */
import type { z } from 'zod';
import { err, ok, type Result } from '../../ledger/values/result.js';
import { problem, type Reply } from './reply.js';

type Values = { readonly [name: string]: unknown };

export function parseParameters(
  schema: z.ZodObject | undefined,
  raw: { readonly [name: string]: string },
): Result<Values, Reply> {
  return schema === undefined ? ok({}) : parse(schema, raw);
}

export function parseQuery(schema: z.ZodObject | undefined, query: URLSearchParams): Result<Values, Reply> {
  const known = Object.keys(schema?.shape ?? {});
  const raw: Record<string, string> = {};
  for (const [name, value] of query) {
    if (!known.includes(name)) return err(unknownParameter(name, known));
    if (Object.hasOwn(raw, name)) {
      return err(problem('invalid_parameter', `The parameter "${name}" is given more than once.`, { path: name }));
    }
    raw[name] = value;
  }
  return schema === undefined ? ok({}) : parse(schema, raw);
}

function parse(schema: z.ZodObject, raw: { readonly [name: string]: string }): Result<Values, Reply> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  const path = issue?.path.join('.') ?? '';
  return err(problem('invalid_parameter', `The parameter "${path}" is wrong: ${issueWords(issue)}.`, { path }));
}

/** What a schema found, as a part of a sentence: without the full stop that some end with. */
export function issueWords(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'invalid_type':
      return `${kinds[issue.expected] ?? issue.expected} is expected`;
    case 'too_small':
      return `${issue.origin === 'string' ? `a text of at least ${counted(issue.minimum)}` : `at least ${issue.minimum}`} is expected`;
    case 'too_big':
      return `${issue.origin === 'string' ? `a text of at most ${counted(issue.maximum)}` : `at most ${issue.maximum}`} is expected`;
    case 'invalid_value':
      return `${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')} is expected`;
    case 'unrecognized_keys':
      return `there is no member "${issue.keys[0]?.slice(0, 40)}"`;
    default:
      return issue?.message.replace(/\.$/, '') ?? 'it does not have the right form';
  }
}

const counted = (characters: number | bigint): string =>
  `${characters} character${Number(characters) === 1 ? '' : 's'}`;

const kinds: { readonly [kind: string]: string } = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

function unknownParameter(name: string, known: readonly string[]): Reply {
  const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
  const list = known.length === 0 ? 'This route takes none.' : `Known here: ${known.join(', ')}.`;
  return problem('unknown_parameter', `There is no query parameter "${shown}". ${list}`, { path: shown });
}
