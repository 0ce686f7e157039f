/** `wallet import NAME`: a key from a mnemonic or from a seed of 64 hex digits, read from a file, stdin or the terminal. */
import { err, ok, type Result } from '../../../ledger/values/result.js';
import type { PublicKey } from '../../../ledger/values/text.js';
import { accountFromSecret } from '../../account.js';
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
  readonly account?: string;
}

export async function importKey(context: Context, name: string, options: ImportOptions): Promise<void> {
  const account =
    options.account === undefined ? undefined : readInteger(options.account, '--account', 0, maxMnemonicAccount);
  assertFree(context, name);
  const text = await secretText(context.terminal, options.from, 'Mnemonic (12 or 24 words) or seed (64 hex digits):');
  const key = keyFromText(text, account);
  if (!key.ok) throw usageProblem(key.problem, 'Nothing was stored. Check it and import again.');
  const others = namesOfKey(context, accountFromSecret(key.value.secret, context.offlinePrefix()).publicKey);
  const { address, path } = await storeKey(context, name, key.value.secret, key.value.path);
  if (others.length > 0)
    context.terminal.note(`This key is kept as ${others.join(', ')} already: one account, two names.`);
  const also = others.length === 0 ? {} : { also_kept_as: others };
  context.terminal.result({ name, address, path: key.value.path, file: path, ...also }, () =>
    fields([
      ['name', name],
      ['address', address],
      ['file', path],
    ]),
  );
}

function namesOfKey({ keystore }: Context, publicKey: PublicKey): readonly string[] {
  return keystore
    .list()
    .flatMap((key) => (key.ok && `0x${key.value.file.pubkey}` === publicKey ? [key.value.name] : []));
}

function keyFromText(text: string, account: number | undefined): Result<MnemonicKey, string> {
  const digits = text.replace(/^0x/i, '');
  if (!/^[0-9a-f]+$/i.test(digits)) return keyFromMnemonic(text, account);
  if (account !== undefined) return err('A seed is one key: --account is for a mnemonic, which has many.');
  if (digits.length !== 64) return err(`A seed has 64 hex digits; this one has ${digits.length}.`);
  return ok({ secret: new Uint8Array(Buffer.from(digits, 'hex')), path: '' });
}
