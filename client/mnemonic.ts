/**
 * Account keys from a BIP-39 mnemonic: SLIP-0010 for ed25519, all levels hardened, at m/44'/21324'/<account>'. The
 * coin number is `SL` in ASCII; it is not registered in SLIP-0044.
 */
import { generateMnemonic, mnemonicToSeedSync, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { HDKey } from 'micro-key-producer/slip10.js';
import { err, ok, type Result } from '../ledger/values/result.js';

const coin = 21_324;
export const maxMnemonicAccount = 2 ** 31 - 1;

export interface MnemonicKey {
  /** 32 bytes: the Ed25519 seed. */
  readonly secret: Uint8Array;
  readonly path: string;
}

export function newMnemonic(words: 12 | 24 = 24): string {
  return generateMnemonic(wordlist, words === 12 ? 128 : 256);
}

/**
 * @param mnemonic 12, 15, 18, 21 or 24 English words; case and spacing do not matter
 * @param account 0 to 2^31 - 1
 * @param passphrase the optional 25th word of BIP-39
 * @returns the key, or a sentence that says what is wrong with the words
 */
export function keyFromMnemonic(mnemonic: string, account = 0, passphrase = ''): Result<MnemonicKey, string> {
  const words = mnemonic.trim().toLowerCase().split(/\s+/);
  if (![12, 15, 18, 21, 24].includes(words.length)) {
    return err(`A mnemonic has 12 or 24 words; this one has ${words.length}.`);
  }
  const unknown = words.findIndex((word) => !wordlist.includes(word));
  if (unknown !== -1) return err(`Word ${unknown + 1} is not in the English list of BIP-39.`);
  const phrase = words.join(' ');
  if (!validateMnemonic(phrase, wordlist)) {
    return err('The words do not fit together: one is wrong, or their order is.');
  }
  const path = `m/44'/${coin}'/${account}'`;
  const key = HDKey.fromMasterSeed(mnemonicToSeedSync(phrase, passphrase)).derive(path);
  return ok({ secret: key.privateKey, path });
}
