/** `wallet import NAME`: a key from a mnemonic or from a seed of 64 hex digits, read from a file, stdin or the terminal. */
import { err, ok, type Result } from '../../../ledger/values/result.js';
import { keyFromMnemonic, type MnemonicKey, maxMnemonicAccount } from '../../mnemonic.js';
import { usageProblem } from '../cli-problem.js';
import type { Context } from '../context.js';
import { secretText } from '../passwords.js';
import { readInteger } from '../payment.js';
import { fields } from '../terminal.js';
import { assertFree, storeKey } from './new.js';

export interface ImportOptions {
  /** File that holds the words or the seed; `-` is standard input. */
  readonly from?: string;
  /** Account below the mnemonic. */
  readonly account: string;
}

export async function importKey(context: Context, name: string, options: ImportOptions): Promise<void> {
  const account = readInteger(options.account, '--account', 0, maxMnemonicAccount);
  assertFree(context, name);
  const text = await secretText(context.terminal, options.from, 'Mnemonic (12 or 24 words) or seed (64 hex digits):');
  const key = keyFromText(text, account);
  if (!key.ok) throw usageProblem(key.problem, 'Nothing was stored. Check it and import again.');
  const { address, path } = await storeKey(context, name, key.value.secret, key.value.path);
  context.terminal.result({ name, address, path: key.value.path, file: path }, () =>
    fields([
      ['name', name],
      ['address', address],
      ['file', path],
    ]),
  );
}

function keyFromText(text: string, account: number): Result<MnemonicKey, string> {
  const digits = text.replace(/^0x/i, '');
  if (!/^[0-9a-f]+$/i.test(digits)) return keyFromMnemonic(text, account);
  if (digits.length !== 64) return err(`A seed has 64 hex digits; this one has ${digits.length}.`);
  return ok({ secret: new Uint8Array(Buffer.from(digits, 'hex')), path: '' });
}
