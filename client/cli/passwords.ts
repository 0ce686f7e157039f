/**
 * Where passwords and secrets come from: a file (`--password-file`, SLOTLEDGER_PASSWORD_FILE) or a question on the
 * terminal. Never the command line, where every user of the machine and the shell's history would see them.
 */
import { readFileSync } from 'node:fs';
import { text as readStream } from 'node:stream/consumers';
import { plainPassword } from '../keystore/sealed-secret.js';
import { CliProblem, usageProblem } from './cli-problem.js';
import type { Terminal } from './terminal.js';

const minPasswordLength = 8;

/** @returns the file's content without its last line end */
export const readPasswordFile = (path: string): string => readFileSync(path, 'utf8').replace(/\r?\n$/, '');

function passwordFromFile(passwordFile: string | undefined): string | undefined {
  const path = passwordFile ?? process.env.SLOTLEDGER_PASSWORD_FILE;
  return path === undefined || path === '' ? undefined : readPasswordFile(path);
}

/** Of the keys of a node: from the file, or asked for. @returns undefined: there is neither a file nor somebody to ask */
export async function nodeKeyPassword(
  terminal: Terminal,
  file: string | undefined,
  home: string,
): Promise<string | undefined> {
  if (file !== undefined) return readPasswordFile(file);
  return terminal.interactive ? await askPassword(`the keys in ${home}`) : undefined;
}

/** @param of whose it is, such as the name of a key */
async function askPassword(of: string): Promise<string> {
  const { password } = await import('@inquirer/prompts');
  return await password({ message: `Password of ${of}:`, mask: true }, { output: process.stderr });
}

export async function existingPassword(
  terminal: Terminal,
  passwordFile: string | undefined,
  keyName: string,
): Promise<string> {
  const fromFile = passwordFromFile(passwordFile);
  if (fromFile !== undefined) return fromFile;
  assertInteractive(terminal, 'The key has a password');
  return await askPassword(keyName);
}

export async function newPassword(terminal: Terminal, passwordFile: string | undefined): Promise<string> {
  const fromFile = passwordFromFile(passwordFile);
  if (fromFile !== undefined) return strong(fromFile);
  assertInteractive(terminal, 'A new key needs a password');
  return await askNewPassword('the new key');
}

/** @throws CliProblem weak_password */
export function strong(password: string): string {
  const fault = passwordFault(password);
  if (fault === undefined) return password;
  const fix = password.includes(noCharacter) ? 'Save its file as UTF-8, or choose another.' : 'Choose a longer one.';
  throw new CliProblem('weak_password', fault, fix);
}

/** Asks twice. @param of what it is for, such as `the new key` */
export async function askNewPassword(of: string): Promise<string> {
  const { password } = await import('@inquirer/prompts');
  const context = { output: process.stderr };
  const first = await password(
    { message: `Password for ${of}:`, mask: true, validate: (text) => passwordFault(text) ?? true },
    context,
  );
  const again = { message: 'The same once more:', mask: true };
  await password(
    { ...again, validate: (text) => (text === first ? true : 'That differs from the first one.') },
    context,
  );
  return first;
}

/** One secret line (a mnemonic or a seed): from a file, from stdin if it is piped, or asked for. */
export async function secretText(terminal: Terminal, file: string | undefined, question: string): Promise<string> {
  if (file !== undefined && file !== '-') return readFileSync(file, 'utf8').trim();
  if (file === '-' || process.stdin.isTTY !== true) {
    const text = (await readStream(process.stdin)).trim();
    if (text === '') throw usageProblem('Nothing came on standard input.', 'Pipe the words in, or use --from FILE.');
    return text;
  }
  assertInteractive(terminal, 'The words are asked for');
  const { password } = await import('@inquirer/prompts');
  return (await password({ message: question, mask: true }, { output: process.stderr })).trim();
}

/** @returns whether to go on; `--yes` answers every question. Without a terminal and without it, this is refused. */
export async function confirm(terminal: Terminal, yes: boolean | undefined, question: string): Promise<boolean> {
  if (yes === true) return true;
  if (!terminal.interactive) {
    throw usageProblem('This asks for a confirmation, and there is no terminal to ask on.', 'Add --yes.');
  }
  const prompts = await import('@inquirer/prompts');
  return await prompts.confirm({ message: question, default: false }, { output: process.stderr });
}

/** Stands for whatever bytes are not UTF-8. */
const noCharacter = '\ufffd';

function passwordFault(text: string): string | undefined {
  if (text.includes(noCharacter))
    return 'The password is not UTF-8: any other with such bytes would open the key as well.';
  // The form that counts may be longer than what was typed, or shorter.
  return Math.min(text.length, plainPassword(text).length) < minPasswordLength
    ? `A password has at least ${minPasswordLength} characters.`
    : undefined;
}

function assertInteractive(terminal: Terminal, what: string): void {
  if (terminal.interactive) return;
  throw usageProblem(
    `${what}, and there is no terminal to ask on.`,
    'Put it into a file of mode 0600 and name that with --password-file or SLOTLEDGER_PASSWORD_FILE.',
  );
}
