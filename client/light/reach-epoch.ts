/**
 * From a validator set that is trusted to a later one, by what a node tells. The node is believed nothing: each closing
 * block has to be final by the set before it.
 */
import type { Block } from '../../ledger/values/block.js';
import { err, ok, type Result } from '../../ledger/values/result.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { ChainId } from '../../ledger/values/text.js';
import type { BlockAnswer, EpochAnswer, StatusAnswer } from '../api-types.js';
import type { ClientCrypto } from '../crypto.js';
import type { Client } from '../http/client.js';
import { ApiProblem } from '../http/problem.js';
import { pause } from '../http/send-and-wait.js';
import { decodeFinalHeader, decodeValidators } from './decode-answers.js';
import { type EpochLink, followEpochs } from './follow-epochs.js';

/** A node that reads on in its chain for so long without coming further does not lead there. In ms. */
const longestStandstillMs = 60_000;

/**
 * @param trusted such as the set of `trustGenesis`
 * @param number the epoch that is wanted, as in `header.epoch` of a proof
 * @returns its set, or a sentence that says why what the node tells does not lead there: also when it gets no
 *   further in its chain for a minute
 * @throws what requests throw; the reason of `signal` when it aborts
 */
export async function reachEpoch(
  crypto: ClientCrypto,
  chain: ChainId,
  trusted: EpochEntry,
  client: Client,
  number: number,
  signal?: AbortSignal,
): Promise<Result<EpochEntry, string>> {
  if (number < trusted.number) return err(`Epoch ${number} lies before epoch ${trusted.number}, which is trusted.`);
  if (number === trusted.number) return ok(trusted);
  const newest: Partial<EpochAnswer> | null = await client.epoch('current');
  if (!((newest?.number ?? -1) >= number)) return err(`The node at ${client.url} has not come to epoch ${number}.`);
  const status: Partial<StatusAnswer> | null = await client.status();
  const tip = status?.final?.index ?? 0;
  const standstill = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let furthest = -1;
  const onPlace = (id: string): void => {
    const index = Number.parseInt(id, 10);
    // What comes after the block that was the last one leads nowhere, however much of it there is.
    if (!(index > furthest) || index > tip) return;
    furthest = index;
    clearTimeout(timer);
    timer = setTimeout(() => standstill.abort(), longestStandstillMs);
  };
  onPlace('0');
  const either = signal === undefined ? standstill.signal : AbortSignal.any([signal, standstill.signal]);
  try {
    return await follow({ crypto, chain, client, number, signal: either, onPlace }, trusted);
  } catch (error) {
    signal?.throwIfAborted();
    if (!standstill.signal.aborted) throw error;
    const seconds = longestStandstillMs / 1000;
    return err(`The node at ${client.url} came no further for ${seconds} s on the way to epoch ${number}.`);
  } finally {
    clearTimeout(timer);
  }
}

interface Way {
  readonly crypto: ClientCrypto;
  readonly chain: ChainId;
  readonly client: Client;
  readonly number: number;
  readonly signal: AbortSignal;
  /** So far the node has read its chain. */
  readonly onPlace: (id: string) => void;
}

/** @throws the reason of `signal` when it aborts */
async function follow(
  { crypto, chain, client, number, signal, onPlace }: Way,
  trusted: EpochEntry,
): Promise<Result<EpochEntry, string>> {
  let current = trusted;
  for await (const { data } of client.events({ types: ['epoch'], since: 0, signal, onPlace })) {
    // Told by anybody: it may lack its number.
    if (!(data?.number > current.number)) continue;
    const link = await askLink(client, chain, data.index, data.number, signal);
    const next = link.ok ? followEpochs(crypto, chain, current, [link.value]) : link;
    if (!next.ok) return next;
    current = next.value;
    if (current.number === number) return ok(current);
    if (current.number > number) return err(`The chain has no blocks of epoch ${number}.`);
  }
  signal.throwIfAborted();
  return err(`The node at ${client.url} ended its events before epoch ${number}.`);
}

async function askLink(
  client: Client,
  chain: ChainId,
  index: number,
  epoch: number,
  signal: AbortSignal,
): Promise<Result<EpochLink, string>> {
  // Whatever comes is judged as a header with its certificate; the block's other members are not needed.
  const answer: Partial<BlockAnswer> | null = await patiently(() => client.block(index), signal);
  const { transactions: _, evidence: __, ...header } = answer?.block ?? ({} as Partial<Block>);
  const final = decodeFinalHeader(chain, { header, certificate: answer?.certificate });
  if (!final.ok) return err(`Block ${index} is none. ${final.problem}`);
  const told: Partial<EpochAnswer> | null = await patiently(() => client.epoch(epoch), signal);
  const set = decodeValidators(told?.validators);
  return set.ok ? ok({ ...final.value, validators: set.value }) : err(`Epoch ${epoch} has no such set. ${set.problem}`);
}

/** A chain may have more epochs than a node answers requests in ten seconds. */
async function patiently<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 429) throw error;
      await pause((error.retryAfterS ?? 1) * 1000, signal);
    }
  }
}
