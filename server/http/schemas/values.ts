/** The small forms that answers and parameters are made of: hashes, amounts, addresses, pages. */
import { z } from 'zod';

const text = (pattern: RegExp, expected: string, id: string, example: string) =>
  z.string().regex(pattern, `${expected} is expected.`).meta({ id, description: expected, example });

export const hash = text(/^0x[0-9a-f]{64}$/, '`0x` and 64 lower-case hex digits', 'Hash', `0x${'5e'.repeat(32)}`);
export const publicKey = text(
  /^0x[0-9a-f]{64}$/,
  'A public key: `0x` and 64 lower-case hex digits',
  'PublicKey',
  `0x${'d7'.repeat(32)}`,
);
export const signature = text(
  /^0x[0-9a-f]{128}$/,
  'An Ed25519 signature: `0x` and 128 lower-case hex digits',
  'Signature',
  `0x${'a1'.repeat(64)}`,
);
export const vrfProof = text(
  /^0x[0-9a-f]{160}$/,
  'A VRF proof: `0x` and 160 lower-case hex digits',
  'VrfProof',
  `0x${'b2'.repeat(80)}`,
);
export const address = text(
  /^[a-z]{1,16}1[02-9ac-hj-np-z]{59}$/,
  'An address (bech32m)',
  'Address',
  'sl1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0jqgx2d4r',
);
export const chainId = text(
  /^[a-z0-9-]{1,32}-[0-9a-f]{32}$/,
  'A chain id: the name, `-` and 32 hex digits',
  'ChainId',
  `dev-${'0f'.repeat(16)}`,
);

const safeInteger = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
export const amount = safeInteger.meta({ id: 'Amount', description: 'Smallest units of the token', example: 2500 });
/** Indexes, slots, epochs, views, nonces and sizes. */
export const count = safeInteger;
export const milliseconds = safeInteger.meta({ id: 'Milliseconds', description: 'Unix time or duration in ms' });

/** A decimal integer in a path or query. Signs, fractions, exponents and leading zeros are refused. */
export function decimal(min: number, max: number, description: string) {
  const message = `an integer from ${min} to ${max} is expected.`;
  return z
    .string()
    .regex(/^(0|[1-9][0-9]{0,15})$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)
    .meta({ description, override: { type: 'integer', minimum: min, maximum: max, pattern: undefined } });
}

export const limitParameter = decimal(1, 100, 'Items of a page; 20 if left out').optional();
const cursorParameter = z
  .string()
  .min(1)
  .max(600)
  .meta({ description: 'next_cursor of the previous page, unchanged' })
  .optional();
export const pageQuery = z.object({ limit: limitParameter, cursor: cursorParameter });
export const defaultPageSize = 20;

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    items: z.array(item),
    next_cursor: z.string().nullable().meta({ description: 'null: that was the last page' }),
  });
}
