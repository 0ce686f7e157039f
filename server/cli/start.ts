/** `server start`: runs a node until it is told to stop. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { exitCodes } from '../../client/cli/cli-problem.js';
import { shellQuote } from '../../client/cli/shell-quote.js';
import { createTerminal, type Terminal } from '../../client/cli/terminal.js';
import { userHome } from '../../client/cli/user-home.js';
import { version } from '../../client/cli/version.js';
import { isStartStopped, LedgerFailure } from '../errors.js';
import { homePaths } from '../home/home.js';
import { exitOnSignal } from '../node-runtime/until-signal.js';
import type { Server } from '../server.js';
import { bannerText } from './banner.js';
import { freePorts } from './free-ports.js';
import { findInvocation } from './invocation.js';

import { keyPassword } from './key-password.js';
import { serverFailure } from './server-failure.js';
import { readSettings, type Settings } from './settings.js';
import { keepHeapSmall } from './small-heap.js';

export async function start(command: Command): Promise<void> {
  const listenNoMore = exitOnSignal();
  const terminal = createTerminal(command.optsWithGlobals());
  const settings = readSettings(command);
  // Before the node's modules are read, which fill the heap first.
  if (settings.server.lowMemory === true) keepHeapSmall();
  const { Server } = await import('../server.js');
  const password = await passwordOf(settings, terminal);
  const server = new Server({ ...settings.server, ...(password === undefined ? {} : { keyPassword: password }) });
  process.on('uncaughtException', onUncaught);
  const starting = server.start(settings.httpPort, settings.network);
  // From here on, as a start may take long, or wait for a bootstrap peer.
  const ended = server.runUntilSignal();
  listenNoMore();
  ended.catch(() => undefined);
  try {
    await starting;
    announce(server, settings, terminal.json);
  } catch (error) {
    if (!isStartStopped(error)) throw await startFailure(error, settings);
  }
  try {
    await ended;
  } catch (error) {
    throw serverFailure(error);
  }
}

async function passwordOf({ home, keyPasswordFile: file }: Settings, terminal: Terminal): Promise<string | undefined> {
  try {
    return await keyPassword({ paths: homePaths(home), terminal, file });
  } catch (error) {
    throw serverFailure(error);
  }
}

/** A read that failed has been told of, and the node stops by itself; whatever it interrupted has nobody to tell. */
function onUncaught(error: unknown): void {
  if (error instanceof LedgerFailure) return;
  console.error(error);
  process.exit(exitCodes.failed);
}

function announce(server: Server, settings: Settings, json: boolean): void {
  const api = server.api;
  if (api === undefined) return;
  const status = api.status();
  const httpUrl = server.httpPort === undefined ? undefined : settings.urlWith(server.httpPort);
  const p2p = server.p2pPort === undefined ? undefined : `${settings.p2pHost}:${server.p2pPort}`;
  if (json) {
    const facts = {
      version,
      pid: process.pid,
      home: settings.home,
      chain: api.chain,
      http: httpUrl,
      p2p,
      role: status.role,
    };
    process.stdout.write(`${JSON.stringify(facts)}\n`);
    return;
  }
  const text = bannerText({
    version,
    chain: api.chain,
    development: api.genesis.development,
    home: settings.home,
    userHome: userHome(),
    role: status.role,
    finalIndex: status.final.index,
    hasTreasury: existsSync(join(homePaths(settings.home).keys, 'accounts', 'treasury.json')),
    invocation: findInvocation(process.argv[1] ?? '', process.cwd()),
    homeIsDefault: settings.walletFindsHome,
    urlIsDefault: httpUrl === 'http://127.0.0.1:8080',
    ...(httpUrl === undefined ? {} : { httpUrl }),
    ...(p2p === undefined ? {} : { p2p }),
  });
  // Logs own standard output where no person reads it.
  (process.stdout.isTTY ? process.stdout : process.stderr).write(`${text}\n`);
}

/** A refused port names a command that works. */
async function startFailure(error: unknown, settings: Settings): Promise<unknown> {
  const { code } = error as { readonly code?: string };
  if (code !== 'PORT_IN_USE') return serverFailure(error);
  const { server: program } = findInvocation(process.argv[1] ?? '', process.cwd());
  const { metricsPort } = settings.server;
  const ports = await freePorts({ ...settings, ...(metricsPort === undefined ? {} : { metricsPort }) });
  // All that was asked for besides: without its --allow or --tls it would be another node.
  const words = ['start', ...withoutPlace(process.argv.slice(process.argv.indexOf('start') + 1))];
  words.push('--home', settings.home, '--p2p-port', `${ports.p2p}`, '--http-port', `${ports.http}`);
  if (ports.metrics !== undefined) words.push('--metrics-port', `${ports.metrics}`);
  return serverFailure(error, `Stop what uses it, or run: ${program} ${words.map(shellQuote).join(' ')}`);
}

const places = ['--home', '--p2p-port', '--http-port', '--metrics-port'];

/** Without home and ports, as `--flag value` and as `--flag=value`. */
function withoutPlace(words: readonly string[]): readonly string[] {
  return words.filter(
    (word, at) =>
      !places.includes(word) && !places.includes(words[at - 1] ?? '') && !places.includes(word.split('=')[0]!),
  );
}
