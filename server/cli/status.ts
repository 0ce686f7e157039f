/** `server status` and `server health`: a running node, asked over HTTP. */
import type { Command } from 'commander';
import type { ReadinessAnswer, StatusAnswer } from '../../client/api-types.js';
import { exitCodes } from '../../client/cli/cli-problem.js';
import { clientOf } from '../../client/cli/node-client.js';
import { colour, counted, createTerminal, fields, formatDuration } from '../../client/cli/terminal.js';
import { NodeUnreachable } from '../../client/http/problem.js';
import { runningUrl } from '../../client/keystore/running-node.js';
import { readSettings } from './settings.js';

export async function showStatus(command: Command): Promise<void> {
  const client = clientOf(urlOf(command));
  const terminal = createTerminal(command.optsWithGlobals());
  const status = await client.status();
  terminal.result(status, () => statusText(status, client.url));
}

/** Exit code 0: ready. 1: it answers, but is not ready, or nobody answers. */
export async function checkHealth(command: Command): Promise<void> {
  const client = clientOf(urlOf(command), 5_000);
  const terminal = createTerminal(command.optsWithGlobals());
  try {
    const { ready, checks } = await client.ready();
    process.exitCode = ready ? exitCodes.ok : exitCodes.failed;
    terminal.result({ ready, checks }, () => (ready ? 'ready' : `not ready\n${reasons(checks)}`));
  } catch (error) {
    if (!(error instanceof NodeUnreachable)) throw error;
    process.exitCode = exitCodes.failed;
    terminal.result({ ready: false, detail: error.message }, () => error.message);
  }
}

/** Where the node's HTTP is: told, or of the home: where the node that runs there listens, else where one would. */
export function urlOf(command: Command): string {
  const flags = command.optsWithGlobals<{ readonly [flag: string]: string | undefined }>();
  if (flags.node !== undefined) return flags.node;
  const namesHome = [flags.home, flags.config, flags.p2pPort].some((flag) => flag !== undefined);
  const told = namesHome ? undefined : process.env.SLOTLEDGER_NODE || undefined;
  if (told !== undefined) return told;
  const { home, httpUrl } = readSettings(command);
  return runningUrl(home) ?? httpUrl;
}

function statusText(status: StatusAnswer, url: string): string {
  const { final, sync } = status;
  const left = Math.max(0, status.slot_ends_at - status.time);
  const mine = status.validator !== undefined && status.validator === status.leader;
  return fields([
    ['chain', `${status.chain}${status.development ? ' (development)' : ''}`],
    ['node', `slotledger ${status.version} at ${url}, up ${formatDuration(status.uptime_ms)}, pid ${status.pid}`],
    ['role', status.role],
    ['because', status.observer_because],
    ['final', `block ${final.index} of slot ${final.slot} ${colour.dim(final.hash)}`],
    [
      'slot',
      `${status.slot} of epoch ${status.epoch}, ${formatDuration(left)} left${mine ? ', led by this node' : ''}`,
    ],
    ['sync', sync.target_index === undefined ? sync.state : `${sync.state} towards block ${sync.target_index}`],
    ['pending', counted(status.pending_transactions, 'transaction')],
    ['peers', String(status.peers)],
    ['memory', `${Math.round(status.memory_bytes / 1_048_576)} MiB`],
    ['waiting', status.not_final_because],
  ]);
}

/** The parts that are not well, one a line. */
function reasons(checks: ReadinessAnswer['checks']): string {
  return Object.entries(checks)
    .filter(([, check]) => !check.ok)
    .map(([part, check]) => `  ${part}: ${check.detail ?? ''}`)
    .join('\n');
}
