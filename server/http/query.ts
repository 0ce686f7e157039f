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
export function issueWords(issue: { readonly message: string } | undefined): string {
  return issue?.message.replace(/\.$/, '') ?? 'it does not have the right form';
}

function unknownParameter(name: string, known: readonly string[]): Reply {
  const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
  const list = known.length === 0 ? 'This route takes none.' : `Known here: ${known.join(', ')}.`;
  return problem('unknown_parameter', `There is no query parameter "${shown}". ${list}`, { path: shown });
}
