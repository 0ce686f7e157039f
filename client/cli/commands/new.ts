/** `wallet new NAME`: a new key below a new mnemonic, which is shown once. */
import { accountFromSecret } from '../../account.js';
import { sealKey } from '../../keystore/key-file.js';
import { keyFromMnemonic, newMnemonic } from '../../mnemonic.js';
import { CliProblem, usageProblem } from '../cli-problem.js';
import type { Context } from '../context.js';
import { keystoreFailure } from '../names.js';
import { newPassword } from '../passwords.js';
import { colour, fields } from '../terminal.js';

export interface NewOptions {
  readonly words: string;
}

export async function newKey(context: Context, name: string, options: NewOptions): Promise<void> {
  if (options.words !== '12' && options.words !== '24') {
    throw usageProblem(`--words ${options.words} is not possible.`, 'A mnemonic has 12 or 24 words.');
  }
  assertFree(context, name);
  const mnemonic = newMnemonic(options.words === '12' ? 12 : 24);
  const key = keyFromMnemonic(mnemonic);
  if (!key.ok) throw new CliProblem('unexpected', key.problem, 'Run it again.');
  const { address, path } = await storeKey(context, name, key.value.secret, key.value.path);
  context.terminal.result({ name, address, path: key.value.path, file: path, mnemonic }, () =>
    [
      `${colour.bold('Write these words down.')} They are the only copy of the key apart from the file:`,
      '',
      ...mnemonicLines(mnemonic),
      '',
      fields([
        ['name', name],
        ['address', address],
        ['file', path],
      ]),
    ].join('\n'),
  );
}

/** Before anything is asked of the user. */
export function assertFree(context: Context, name: string): void {
  const present = context.keystore.read(name);
  if (present.ok) {
    throw keystoreFailure({ code: 'key_exists', name, path: present.value.path });
  }
  if (present.problem.code !== 'key_not_found') throw keystoreFailure(present.problem);
}

/** Seals the key with a password and writes it under a name that is free. */
export async function storeKey(context: Context, name: string, secret: Uint8Array, derivation: string) {
  const account = accountFromSecret(secret, context.offlinePrefix());
  const password = await newPassword(context.terminal, context.options.passwordFile);
  const publicKey = new Uint8Array(Buffer.from(account.publicKey.slice(2), 'hex'));
  const stored = context.keystore.add(name, await sealKey({ name, secret, publicKey, path: derivation }, password));
  if (!stored.ok) throw keystoreFailure(stored.problem);
  return { address: account.address, path: stored.value };
}

/** Numbered, six in a line. */
function mnemonicLines(mnemonic: string): string[] {
  const words = mnemonic.split(' ').map((word, at) => `${String(at + 1).padStart(2)} ${word.padEnd(8)}`);
  const lines: string[] = [];
  for (let at = 0; at < words.length; at += 6)
    lines.push(
      `  ${words
        .slice(at, at + 6)
        .join('  ')
        .trimEnd()}`,
    );
  return lines;
}
