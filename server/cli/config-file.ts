/** config.toml: flat names and values, and in which line each stands, so that what is wrong can be found. */
import { readFileSync } from 'node:fs';
import { parse, type TomlError } from 'smol-toml';
import { CliProblem, exitCodes } from '../../client/cli/cli-problem.js';

export interface ConfigFile {
  readonly path: string;
  readonly settings: Record<string, unknown>;
  /** `, line 3` of a name, or nothing. */
  lineOf(name: string): string;
}

export interface Reading {
  /** Whether the user named the file: then it has to be there. */
  readonly named: boolean;
  readonly isSetting: (name: string) => boolean;
  /** Told of what is wrong, which is left out if this does not throw it. */
  readonly onProblem: (problem: CliProblem) => void;
}

export function readConfigFile(path: string, { named, isSetting, onProblem }: Reading): ConfigFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || named) throw error;
    text = '';
  }
  const lines = text.split('\n');
  const lineOf = (name: string): string => {
    const at = lines.findIndex((line) => new RegExp(`^\\s*\\[?\\s*["']?${name}["']?\\s*[=.\\]]`).test(line));
    return at === -1 ? '' : `, line ${at + 1}`;
  };
  const file = { path, settings: {} as Record<string, unknown>, lineOf };
  const tell = (where: string, detail: string): void => onProblem(badConfig(`${path}${where}: ${detail}`));
  let parsed: Record<string, unknown>;
  try {
    parsed = parse(text);
  } catch (error) {
    const { line, message } = error as TomlError;
    const why = message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
    tell(line === undefined ? '' : `, line ${line}`, `it is not TOML (${why}).`);
    return file;
  }
  for (const [name, value] of Object.entries(parsed)) {
    const where = /^\w+$/.test(name) ? lineOf(name) : '';
    if (!isSetting(name)) {
      tell(where, `"${name}" is not a setting.`);
    } else if (Object.prototype.toString.call(value) === '[object Object]') {
      tell(where, `"${name}" is a table; every setting stands by itself, such as http_port = 8080.`);
    } else {
      file.settings[name] = value;
    }
  }
  return file;
}

export const badConfig = (detail: string): CliProblem =>
  new CliProblem('bad_config', detail, 'Correct the file, or name another with --config.', exitCodes.usage);
