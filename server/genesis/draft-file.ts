/** Genesis files on their way to being complete: read as strictly as a genesis, but for a list of validators. */
import { readFileSync } from 'node:fs';
import type { Genesis } from '../../ledger/values/genesis.js';
import { decodeGenesisDraft, verifyGenesis } from '../../ledger/values/genesis-file.js';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import { createCrypto } from '../crypto/create-crypto.js';
import { SlotledgerError } from '../errors.js';

/** @param file `-` is standard input. @throws SlotledgerError GENESIS_INVALID; errors of the file system */
export function readDraft(file: string): Genesis {
  const parsed = parseStrictJson(readFileSync(file === '-' ? 0 : file));
  const decoded = parsed.ok ? decodeGenesisDraft(parsed.value) : parsed;
  const verified = decoded.ok ? verifyGenesis(createCrypto(), decoded.value) : decoded;
  if (verified.ok) return verified.value;
  const { path, detail } = verified.problem;
  throw new SlotledgerError(
    'GENESIS_INVALID',
    `${file === '-' ? 'Standard input' : file} is not a genesis file${path === '' ? '' : ` (at ${path})`}: ${detail}`,
    'Make one with `server genesis new`, or get it anew from who made it.',
  );
}
