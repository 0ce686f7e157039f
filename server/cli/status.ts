/** `server status` and `server health`: a running node, asked over HTTP. */
import type { Command } from 'commander';
import type { ReadinessAnswer, StatusAnswer } from '../../client/api-types.js';
import { exitCodes } from '../../client/cli/cli-problem.js';
import { ofHome } from '../../client/cli/home-node.js';
import { clientOf } from '../../client/cli/node-client.js';
import { colour, counted, createTerminal, fields, formatDuration } from '../../client/cli/terminal.js';
import type { Client } from '../../client/http/client.js';
import { ApiProblem, NodeUnreachable } from '../../client/http/problem.js';
import { runningUrl } from '../../client/keystore/running-node.js';
import type { PublicKey } from '../../ledger/values/text.js';
import { homePaths } from '../home/home.js';
import { readPublicKey } from '../home/key-files.js';
import { readSettings } from './settings.js';

export async function showStatus(command: Command): Promise<void> {
  const client = await clientFor(command);
  const terminal = createTerminal(command.optsWithGlobals());
  const status = await client.status();
  terminal.result(status, () => statusText(status, client.url));
}

/** Exit code 0: ready. 1: it answers, but is not ready, or nobody answers. */
export async function checkHealth(command: Command): Promise<void> {
  const terminal = createTerminal(command.optsWithGlobals());
  try {
    const client = await clientFor(command, 5_000);
    const { ready, checks } = await client.ready();
    process.exitCode = ready ? exitCodes.ok : exitCodes.failed;
    terminal.result({ ready, checks }, () => (ready ? 'ready' : `not ready\n${reasons(checks)}`));
  } catch (error) {
    if (!(error instanceof NodeUnreachable)) throw error;
    process.exitCode = exitCodes.failed;
    terminal.result({ ready: false, detail: error.message }, () => error.message);
  }
}

/**
 * The node that a command asks: told, or of the home.
 * @param timeoutMs for one answer
 * @throws NodeUnreachable also where none is known to run on the home, and nobody or another one answers at its port
 */
export async function clientFor(command: Command, timeoutMs?: number): Promise<Client> {
  const flags = command.optsWithGlobals<{ readonly [flag: string]: string | undefined }>();
  const namesHome = [flags.home, flags.config, flags.p2pPort].some((flag) => flag !== undefined);
  const told = flags.node ?? (namesHome ? undefined : process.env.SLOTLEDGER_NODE || undefined);
  if (told !== undefined) return clientOf(told, timeoutMs);
  const { home, httpUrl } = readSettings(command);
  const running = runningUrl(home);
  const client = clientOf(running ?? httpUrl, timeoutMs);
  if (running !== undefined) return client;
  const isItsOwn = await isOfHome(client, home, namesHome).catch((error: unknown) => {
    throw ofHome(error, home, homeFlags(flags));
  });
  if (!isItsOwn) {
    throw new NodeUnreachable(client.url, `what answers there is another node than that of ${home}`);
  }
  return client;
}

/** As they were given. */
function homeFlags({ home, config, p2pPort }: { readonly [flag: string]: string | undefined }): string[] {
  const given = { '--home': home, '--config': config, '--p2p-port': p2pPort };
  return Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
}

/** In a container of its own, say, a command does not see the process of the home's node, and asks at its port. */
async function isOfHome(client: Client, home: string, namesHome: boolean): Promise<boolean> {
  let own: PublicKey | undefined;
  let canTell = true;
  try {
    own = readPublicKey(homePaths(home).keys, 'node');
    canTell = own !== undefined || namesHome;
  } catch {
    // Who may not read the keys of the home cannot tell.
    canTell = false;
  }
  try {
    const { node_id: found } = await client.status();
    return !canTell || found === own;
  } catch (error) {
    if (error instanceof ApiProblem) return true;
    throw error;
  }
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
    ['unsure', sync.unsure_because],
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
