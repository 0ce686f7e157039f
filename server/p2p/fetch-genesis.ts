/**
 * How a fresh node joins: it asks a bootstrap peer for the genesis. The one rule: the file is what its hash says, and
 * a pinned hash decides whether it is the right one. Without a pin the first peer is trusted, and the caller says so.
 */

import { err, ok, type Result } from '../../ledger/values/result.js';
import { isObject } from '../../ledger/values/shape.js';
import type { Hash } from '../../ledger/values/text.js';
import { decodeError } from './decode-message.js';
import type { FetchClient } from './fetch-client.js';
import type { HostPort } from './messages.js';

export interface FetchedGenesis<Genesis> {
  readonly genesis: Genesis;
  readonly hash: Hash;
  /** Who gave it. */
  readonly from: HostPort;
}

export interface FetchGenesisOptions<Genesis> {
  readonly client: FetchClient;
  /** Asked in turn until one answers. */
  readonly bootstrap: readonly HostPort[];
  /** `--genesis-hash`; absent: the first answer is taken. */
  readonly genesisHash?: Hash;
  /** Nobody is asked any more. */
  readonly signal?: AbortSignal | undefined;
  /** Checks everything about a genesis; a problem is a sentence. */
  readonly check: (value: unknown) => Result<{ readonly genesis: Genesis; readonly hash: Hash }, string>;
}

/** @returns the genesis, or one sentence per peer that had none to give. Nothing is written. */
export async function fetchGenesis<Genesis>(
  options: FetchGenesisOptions<Genesis>,
): Promise<Result<FetchedGenesis<Genesis>, readonly string[]>> {
  const problems: string[] = [];
  for (const from of options.bootstrap) {
    if (options.signal?.aborted) break;
    const answer = await options.client.ask(from, { type: 'get_genesis', id: 1 });
    const taken = answer.ok ? take(answer.value, options) : answer;
    if (taken.ok) return ok({ ...taken.value, from });
    problems.push(answer.ok ? `${from}: ${taken.problem}` : taken.problem);
  }
  return err(
    problems.length > 0 ? problems : ['there is no bootstrap peer to ask: give one with --bootstrap HOST:PORT'],
  );
}

function take<Genesis>(
  answer: object,
  options: FetchGenesisOptions<Genesis>,
): Result<{ readonly genesis: Genesis; readonly hash: Hash }, string> {
  const refused = decodeError(answer);
  if (refused.ok) return err(`it refused: ${refused.value.detail}`);
  if (!isObject(answer) || answer.type !== 'genesis') return err('it answered with something else than a genesis');
  const checked = options.check(answer.genesis);
  if (!checked.ok) return err(`its genesis is not valid: ${checked.problem}`);
  const { hash } = checked.value;
  if (options.genesisHash !== undefined && hash !== options.genesisHash) {
    return err(`it is on another chain: its genesis hash is ${hash}, expected ${options.genesisHash}`);
  }
  return checked;
}
