/** A node that fetches old blocks knows old balances and nonces: who reads is told so, who pays waits. */
import { setTimeout as pause } from 'node:timers/promises';
import type { StatusAnswer } from '../api-types.js';
import { CliProblem } from './cli-problem.js';
import type { Context } from './context.js';
import { type SigningOptions, timeoutMsOf } from './payment.js';

const pauseMs = 200;

/** What a node that may be behind its peers is doing, or undefined for one that is not; of one without peers nothing is known. */
export function behindBecause({ sync, peers, stored_index: stored }: StatusAnswer): string | undefined {
  if (sync?.state === 'syncing') {
    const target = Math.max(stored, sync.target_index ?? 0);
    return `is fetching blocks that its peers have, at block ${stored.toLocaleString('en')} of ${target.toLocaleString('en')}`;
  }
  return sync?.state === 'waiting' && peers > 0 ? 'has not heard yet how far the chain is' : undefined;
}

/**
 * Waits while the node may be behind its peers. A payment signed with an old nonce might be one that was
 * paid already, and would then be said to be paid.
 * @throws CliProblem `node_behind` when the time for the payment is over
 */
export async function untilCaughtUp(context: Context, options: Pick<SigningOptions, 'timeout'>): Promise<void> {
  const deadline = Date.now() + timeoutMsOf(options);
  for (let status = await context.chain(); ; status = await context.client.status()) {
    const because = behindBecause(status);
    if (because === undefined) return;
    if (Date.now() >= deadline) {
      throw new CliProblem(
        'node_behind',
        `The node ${because}: what it says of balances and nonces may be old. Nothing was sent.`,
        'Run it again later or with a longer --timeout, or pay through another node: --node URL.',
      );
    }
    await pause(pauseMs);
  }
}
