/**
 * The file that holds one account key: JSON in the shape of EIP-2335, so that it can be opened with nothing but the
 * password and common tools. Only a development chain's keys may stand in it without a password, and the file says so.
 */
import { randomUUID } from 'node:crypto';
import { err, ok, type Result } from '../../ledger/values/result.js';
import {
  isHex,
  type OpenProblem,
  openSecret,
  type SealedSecret,
  sealedSecretFault,
  sealSecret,
} from './sealed-secret.js';

interface Common {
  readonly version: 4;
  readonly uuid: string;
  /** The key's name when it was made; the file name counts. */
  readonly description: string;
  /** 64 lower-case hex digits. */
  readonly pubkey: string;
  /** Derivation path below a mnemonic, empty if there is none. */
  readonly path: string;
}

export interface SealedKeyFile extends Common {
  readonly crypto: SealedSecret;
}

/** Anyone who reads this file has the key. */
export interface DevelopmentKeyFile extends Common {
  readonly development: true;
  readonly secret: string;
}

export type KeyFile = SealedKeyFile | DevelopmentKeyFile;

export interface KeyDescription {
  readonly name: string;
  /** 32 bytes: the Ed25519 seed. */
  readonly secret: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly path: string;
}

export async function sealKey(key: KeyDescription, password: string): Promise<SealedKeyFile> {
  return { crypto: await sealSecret(key.secret, password), ...commonFields(key) };
}

/** For keys of development chains only. */
export function developmentKey(key: KeyDescription): DevelopmentKeyFile {
  return { development: true, secret: Buffer.from(key.secret).toString('hex'), ...commonFields(key) };
}

/** The 32-byte Ed25519 seed. `password` is not looked at for a development key. */
export async function openKey(file: KeyFile, password: string): Promise<Result<Uint8Array, OpenProblem>> {
  if (isDevelopmentKey(file)) return ok(new Uint8Array(Buffer.from(file.secret, 'hex')));
  return await openSecret(file.crypto, password);
}

export function isDevelopmentKey(file: KeyFile): file is DevelopmentKeyFile {
  return 'development' in file && file.development === true;
}

/** @returns the key file, or a sentence that says what is wrong with the text */
export function decodeKeyFile(text: string): Result<KeyFile, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err('it is not JSON');
  }
  const file = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (!isHex(file.pubkey, 32)) return err('its `pubkey` is not 64 hex digits');
  if (file.development === true) return isHex(file.secret, 32) ? ok(value as KeyFile) : err('its `secret` is damaged');
  const fault = sealedSecretFault(file.crypto);
  return fault === undefined ? ok(value as KeyFile) : err(fault);
}

function commonFields(key: KeyDescription): Common {
  return {
    version: 4,
    uuid: randomUUID(),
    description: key.name,
    pubkey: Buffer.from(key.publicKey).toString('hex'),
    path: key.path,
  };
}
