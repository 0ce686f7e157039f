/** A chain as its genesis defines it: the file, its hash and the id derived from both. */
import type { Crypto } from '../../ledger/values/crypto.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import { openGenesis } from '../../ledger/values/genesis-file.js';
import { err, ok, type Result } from '../../ledger/values/result.js';
import type { ChainId, Hash } from '../../ledger/values/text.js';

export interface Chain {
  readonly genesis: Genesis;
  readonly genesisHash: Hash;
  readonly id: ChainId;
}

/** Checks in every respect what a file or a peer gave. */
export function chainOf(crypto: Crypto, value: unknown): Result<Chain, string> {
  const opened = openGenesis(crypto, value);
  if (!opened.ok) return err(`${opened.problem.path || 'the whole'}: ${opened.problem.detail}`);
  const { genesis, hash, chain } = opened.value;
  return ok({ genesis, genesisHash: hash, id: chain });
}
