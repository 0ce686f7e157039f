/**
 * A secret of 32 bytes under a password, in the shape of EIP-2335's `crypto`: scrypt, AES-128-CTR, a SHA-256 checksum.
 * Account keys and the keys of a node are sealed alike.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto';
import { err, ok, type Result } from '../../ledger/values/result.js';

/** Memory is 128 * n * r bytes: 128 MiB, about a third of a second. */
const scryptCost = { n: 131_072, r: 8, p: 1, dklen: 32 };
/** A file may ask for at most this much memory. */
const maxScryptMemory = 1_073_741_824;
/** The work of eight of our own keys: a file from elsewhere may cost seconds, not hours. */
const maxScryptWork = 8 * 131_072 * 8;

export interface SealedSecret {
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
}

export type OpenProblem = 'wrong_password';

/** @param secret 32 bytes */
export async function sealSecret(secret: Uint8Array, password: string): Promise<SealedSecret> {
  const salt = randomBytes(32);
  const iv = randomBytes(16);
  const derived = await deriveKey(password, salt, scryptCost);
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv);
  const message = Buffer.concat([cipher.update(secret), cipher.final()]);
  return {
    kdf: { function: 'scrypt', params: { ...scryptCost, salt: salt.toString('hex') }, message: '' },
    checksum: { function: 'sha256', params: {}, message: checksum(derived, message) },
    cipher: { function: 'aes-128-ctr', params: { iv: iv.toString('hex') }, message: message.toString('hex') },
  };
}

/** @returns the 32 bytes */
export async function openSecret(sealed: SealedSecret, password: string): Promise<Result<Uint8Array, OpenProblem>> {
  const { kdf, cipher, checksum: expected } = sealed;
  const message = Buffer.from(cipher.message, 'hex');
  const derived = await deriveKey(password, Buffer.from(kdf.params.salt, 'hex'), kdf.params);
  if (checksum(derived, message) !== expected.message) return err('wrong_password');
  const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), Buffer.from(cipher.params.iv, 'hex'));
  return ok(new Uint8Array(Buffer.concat([decipher.update(message), decipher.final()])));
}

/** @returns a half sentence that says what is wrong with a `crypto` that was read, or undefined: it is a SealedSecret */
export function sealedSecretFault(value: unknown): string | undefined {
  const { kdf, checksum: sum, cipher } = record(value);
  const params = record(record(kdf).params);
  const { n, r, p, dklen } = params;
  if (record(kdf).function !== 'scrypt') return 'its key derivation is not scrypt';
  if (!positive(n) || !positive(r) || !positive(p) || !isScryptCost(n, r, p) || dklen !== 32 || !isHex(params.salt))
    return 'its scrypt parameters are damaged';
  if (record(sum).function !== 'sha256' || !isHex(record(sum).message, 32)) return 'its checksum is damaged';
  if (record(cipher).function !== 'aes-128-ctr') return 'its cipher is not aes-128-ctr';
  if (!isHex(record(record(cipher).params).iv, 16) || !isHex(record(cipher).message, 32))
    return 'its encrypted key is damaged';
  return undefined;
}

/** What counts of a password: normalised to NFKD and without control characters, as EIP-2335 says. */
export const plainPassword = (password: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters that the standard strips
  password.normalize('NFKD').replace(/[\u0000-\u001f\u007f-\u009f]/g, '');

function deriveKey(
  password: string,
  salt: Uint8Array,
  cost: { readonly n: number; readonly r: number; readonly p: number; readonly dklen: number },
): Promise<Buffer> {
  const { n: N, r, p, dklen } = cost;
  return new Promise((resolve, reject) => {
    scrypt(plainPassword(password), salt, dklen, { N, r, p, maxmem: 128 * N * r + 1_048_576 }, (error, key) => {
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
export const isHex = (value: unknown, bytes?: number): boolean =>
  typeof value === 'string' && /^([0-9a-f]{2})+$/.test(value) && (bytes === undefined || value.length === 2 * bytes);
