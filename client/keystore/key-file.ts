/**
 * The file that holds one account key: JSON in the shape of EIP-2335 (scrypt, AES-128-CTR, a SHA-256 checksum), so
 * that it can be opened with nothing but the password and common tools. Only a development chain's keys may stand in
 * it without a password, and the file says so.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID, scrypt } from 'node:crypto';
import { err, ok, type Result } from '../../ledger/values/result.js';

/** Memory is 128 * n * r bytes: 128 MiB, about a third of a second. */
const scryptCost = { n: 131_072, r: 8, p: 1, dklen: 32 };
/** A file may ask for at most this much memory. */
const maxScryptMemory = 1_073_741_824;
/** The work of eight of our own keys: a file from elsewhere may cost seconds, not hours. */
const maxScryptWork = 8 * 131_072 * 8;

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
  readonly crypto: {
    readonly kdf: {
      readonly function: 'scrypt';
      readonly params: {
        readonly dklen: number;
        readonly n: number;
        readonly p: number;
        readonly r: number;
        readonly salt: string;
      };
      readonly message: '';
    };
    readonly checksum: { readonly function: 'sha256'; readonly params: object; readonly message: string };
    readonly cipher: {
      readonly function: 'aes-128-ctr';
      readonly params: { readonly iv: string };
      readonly message: string;
    };
  };
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

export type OpenProblem = 'wrong_password';

export async function sealKey(key: KeyDescription, password: string): Promise<SealedKeyFile> {
  const salt = randomBytes(32);
  const iv = randomBytes(16);
  const derived = await deriveKey(password, salt, scryptCost);
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv);
  const message = Buffer.concat([cipher.update(key.secret), cipher.final()]);
  return {
    crypto: {
      kdf: { function: 'scrypt', params: { ...scryptCost, salt: salt.toString('hex') }, message: '' },
      checksum: { function: 'sha256', params: {}, message: checksum(derived, message) },
      cipher: { function: 'aes-128-ctr', params: { iv: iv.toString('hex') }, message: message.toString('hex') },
    },
    ...commonFields(key),
  };
}

/** For keys of development chains only. */
export function developmentKey(key: KeyDescription): DevelopmentKeyFile {
  return { development: true, secret: Buffer.from(key.secret).toString('hex'), ...commonFields(key) };
}

/** The 32-byte Ed25519 seed. `password` is not looked at for a development key. */
export async function openKey(file: KeyFile, password: string): Promise<Result<Uint8Array, OpenProblem>> {
  if (isDevelopmentKey(file)) return ok(new Uint8Array(Buffer.from(file.secret, 'hex')));
  const { kdf, cipher, checksum: expected } = file.crypto;
  const message = Buffer.from(cipher.message, 'hex');
  const derived = await deriveKey(password, Buffer.from(kdf.params.salt, 'hex'), kdf.params);
  if (checksum(derived, message) !== expected.message) return err('wrong_password');
  const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), Buffer.from(cipher.params.iv, 'hex'));
  return ok(new Uint8Array(Buffer.concat([decipher.update(message), decipher.final()])));
}

export function isDevelopmentKey(file: KeyFile): file is DevelopmentKeyFile {
  return 'development' in file;
}

/** @returns the key file, or a sentence that says what is wrong with the text */
export function decodeKeyFile(text: string): Result<KeyFile, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err('it is not JSON');
  }
  const file = record(value);
  if (!hex(file.pubkey, 32)) return err('its `pubkey` is not 64 hex digits');
  if (file.development === true) return hex(file.secret, 32) ? ok(value as KeyFile) : err('its `secret` is damaged');
  const { kdf, checksum: sum, cipher } = record(file.crypto);
  const params = record(record(kdf).params);
  const { n, r, p, dklen } = params;
  if (record(kdf).function !== 'scrypt') return err('its key derivation is not scrypt');
  if (!positive(n) || !positive(r) || !positive(p) || !isScryptCost(n, r, p) || dklen !== 32 || !hex(params.salt))
    return err('its scrypt parameters are damaged');
  if (record(sum).function !== 'sha256' || !hex(record(sum).message, 32)) return err('its checksum is damaged');
  if (record(cipher).function !== 'aes-128-ctr') return err('its cipher is not aes-128-ctr');
  if (!hex(record(record(cipher).params).iv, 16) || !hex(record(cipher).message, 32))
    return err('its encrypted key is damaged');
  return ok(value as KeyFile);
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

/** Passwords are normalised to NFKD and lose their control characters, as EIP-2335 says. */
function deriveKey(
  password: string,
  salt: Uint8Array,
  cost: { readonly n: number; readonly r: number; readonly p: number; readonly dklen: number },
): Promise<Buffer> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters that the standard strips
  const plain = password.normalize('NFKD').replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
  const { n: N, r, p, dklen } = cost;
  return new Promise((resolve, reject) => {
    scrypt(plain, salt, dklen, { N, r, p, maxmem: 128 * N * r + 1_048_576 }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

/** Whether scrypt (RFC 7914 section 2) takes these, within our bounds of memory and time. */
function isScryptCost(n: number, r: number, p: number): boolean {
  const bits = Math.log2(n);
  const fits = n > 1 && Number.isInteger(bits) && bits < 16 * r;
  return fits && 128 * n * r <= maxScryptMemory && n * r * p <= maxScryptWork && r * p <= 4_096;
}

const checksum = (derived: Buffer, message: Buffer): string =>
  createHash('sha256').update(derived.subarray(16, 32)).update(message).digest('hex');

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const positive = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

/** Lower-case hex digits, of `bytes` bytes if given. */
const hex = (value: unknown, bytes?: number): boolean =>
  typeof value === 'string' && /^([0-9a-f]{2})+$/.test(value) && (bytes === undefined || value.length === 2 * bytes);
