/**
 * From a validator set that is trusted to a later one, by what a node tells. The node is believed nothing: each closing
 * block has to be final by the set before it.
 */
import { err, ok, type Result } from '../../ledger/values/result.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { ChainId } from '../../ledger/values/text.js';
import type { EpochLink } from '../api-types.js';
import type { ClientCrypto } from '../crypto.js';
import type { Client } from '../http/client.js';
import { ApiProblem } from '../http/problem.js';
import { pause } from '../http/send-and-wait.js';
import { followEpochs } from './follow-epochs.js';

const linksOfPage = 100;
/** A node that has no time for one page for so long does not lead there. In ms. */
const longestWaitMs = 60_000;

/**
 * @param trusted such as the set of `trustGenesis`
 * @param number the epoch that is wanted, as in `header.epoch` of a proof
 * @param onLink gets each link that holds, in order: with them `followEpochs` goes the same way without a node
 * @returns its set, or a sentence that says why what the node tells does not lead there: also where it has no time for a minute
 * @throws what requests throw; the reason of `signal` when it aborts
 */
export async function reachEpoch(
  crypto: ClientCrypto,
  chain: ChainId,
  trusted: EpochEntry,
  client: Client,
  number: number,
  signal?: AbortSignal,
  onLink?: (link: EpochLink) => void,
): Promise<Result<EpochEntry, string>> {
  if (number < trusted.number) return err(`Epoch ${number} lies before epoch ${trusted.number}, which is trusted.`);
  let current = trusted;
  // Each link that holds leads to a later epoch, so this ends, whatever the node tells.
  while (current.number < number) {
    const links = await askLinks(client, current.number, signal);
    if (links === undefined)
      return err(`The node at ${client.url} had no time for ${longestWaitMs / 1000} s on the way to epoch ${number}.`);
    if (links.length === 0)
      return err(`The node at ${client.url} has not come to epoch ${number}: it knows none after ${current.number}.`);
    for (const link of links) {
      if (current.number >= number) break;
      const next = followEpochs(crypto, chain, current, [link]);
      if (!next.ok) return next;
      current = next.value;
      onLink?.(link);
    }
  }
  return current.number === number ? ok(current) : err(`The chain has no blocks of epoch ${number}.`);
}

/** A chain may have more epochs than a node answers requests in ten seconds. @returns undefined: it has no time */
async function askLinks(
  client: Client,
  after: number,
  signal: AbortSignal | undefined,
): Promise<readonly EpochLink[] | undefined> {
  let waitedMs = 0;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const links: unknown = await client.epochLinks(after, { limit: linksOfPage });
      return Array.isArray(links) ? links : [];
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 429) throw error;
      const pauseMs = Math.max(error.retryAfterS ?? 0, 1) * 1000;
      waitedMs += pauseMs;
      if (waitedMs > longestWaitMs) return undefined;
      await pause(pauseMs, signal);
    }
  }
}
