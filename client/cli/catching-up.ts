/** A node that fetches old blocks knows old balances and nonces: who reads is told so, who pays waits. */
import { setTimeout as pause } from 'node:timers/promises';
import type { StatusAnswer } from '../api-types.js';
import { CliProblem, exitCodes } from './cli-problem.js';
import type { Context } from './context.js';
import { type SigningOptions, timeoutMsOf } from './payment.js';

const pauseMs = 200;

/** `block 12 of 5,678`, or undefined for a node that is not behind its peers. */
export function placeBehind({ sync, stored_index: stored }: StatusAnswer): string | undefined {
  if (sync?.state !== 'syncing') return undefined;
  const target = Math.max(stored, sync.target_index ?? 0);
  return `block ${stored.toLocaleString('en')} of ${target.toLocaleString('en')}`;
}

/**
 * Waits while the node fetches final blocks that its peers have. A payment signed with an old nonce might be one that was
 * paid already, and would then be said to be paid.
 * @throws CliProblem `node_behind` when the time for the payment is over
 */
export async function untilCaughtUp(context: Context, options: Pick<SigningOptions, 'timeout'>): Promise<void> {
  const deadline = Date.now() + timeoutMsOf(options);
  for (let status = await context.chain(); ; status = await context.client.status()) {
    const place = placeBehind(status);
    if (place === undefined) return;
    if (Date.now() >= deadline) {
      throw new CliProblem(
        'node_behind',
        `The node is still fetching blocks that its peers have, at ${place}: what it says of balances and nonces is old. Nothing was sent.`,
        'Run it again later or with a longer --timeout, or pay through another node: --node URL.',
        exitCodes.failed,
      );
    }
    await pause(pauseMs);
  }
}
